// Jobs that run once before a version takes traffic: the bucket and the tables of the API. Applied before the rest.
import { imageName } from '../images/services.mjs';
import { containerSecurity, labels, object, podSecurity, secretEnv, SETTINGS, VERSION } from './settings.mjs';

function job(name, main, secrets) {
  const container = {
    name,
    image: `${imageName('jobs')}:${VERSION}`,
    imagePullPolicy: 'IfNotPresent',
    envFrom: [{ configMapRef: { name: SETTINGS } }],
    env: [{ name: 'SERVICE_MAIN', value: `/portrait/infra/images/${main}` }, ...secretEnv(...secrets)],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '384Mi' } },
    securityContext: containerSecurity,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
  return object('batch/v1', 'Job', name, {
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 600,
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels: labels(name) },
        spec: {
          restartPolicy: 'OnFailure',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity,
          containers: [container],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
        },
      },
    },
  });
}

export const jobs = () => [
  job('prepare-store', 'prepare-store.mjs', ['portrait-store-admin']),
  job('migrate', 'migrate.mjs', ['portrait-database']),
];
