// Deployment, service account, disruption budget and, for the API, Service and autoscaler: the objects of one service.
import { API_PORT, cacheBytes, imageName } from '../images/services.mjs';
import {
  containerSecurity,
  GRACE_SECONDS,
  healthPort,
  labels,
  object,
  PAUSE_SECONDS,
  podSecurity,
  probes,
  RESOURCE_LABEL,
  secretEnv,
  selector,
  SETTINGS,
  TEMPORAL_SECRET,
  temporalEnv,
  VERSION,
} from './settings.mjs';

const spread = (name) =>
  ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: selector(name),
  }));

/** Threads equal the cores of the container, in every copy: a job that moves then ends with the same bytes. */
const THREADS = { name: 'PORTRAIT_THREADS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } };

function environment(service) {
  const { name, stages, roles } = service;
  return [
    ...secretEnv(...roles.map((role) => `portrait-store-${role}`)),
    ...(roles.length === 0 ? [] : [{ name: 'PORTRAIT_ARTIFACT_CACHE_BYTES', value: String(cacheBytes(service)) }]),
    ...(name === 'api'
      ? [
          ...secretEnv('portrait-database'),
          { name: 'PORTRAIT_API_HOST', value: '0.0.0.0' },
          { name: 'PORTRAIT_API_PORT', value: String(API_PORT) },
        ]
      : []),
    ...(stages.length > 0 ? [THREADS, { name: 'PORTRAIT_SLOTS', value: '1' }] : []),
    ...temporalEnv(),
  ];
}

function resources({ stages, cpu, memoryRequest, memoryLimit, scratchGiB }) {
  // A stage computes all the time, so it asks for the cores it uses; the others mostly wait.
  const requests = {
    cpu: stages.length > 0 ? String(cpu) : '250m',
    memory: `${memoryRequest}Mi`,
    'ephemeral-storage': `${Math.ceil(scratchGiB / 3)}Gi`,
  };
  return {
    requests,
    limits: { cpu: String(cpu), memory: `${memoryLimit}Mi`, 'ephemeral-storage': `${scratchGiB + 2}Gi` },
  };
}

function container(service) {
  const { name } = service;
  return {
    name,
    image: `${imageName(name)}:${VERSION}`,
    imagePullPolicy: 'IfNotPresent',
    ports: [healthPort, ...(name === 'api' ? [{ name: 'http', containerPort: API_PORT }] : [])],
    envFrom: [{ configMapRef: { name: SETTINGS } }],
    env: environment(service),
    resources: resources(service),
    ...probes,
    // Before the end is announced the pod leaves the endpoints; requests under way are still answered.
    lifecycle: { preStop: { exec: { command: ['sleep', String(PAUSE_SECONDS)] } } },
    securityContext: containerSecurity,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: 'cache', mountPath: '/var/cache/portrait' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'temporal-tls', mountPath: '/etc/portrait/temporal', readOnly: true },
    ],
  };
}

function deployment(service) {
  const { name, title, resource, scratchGiB } = service;
  const spec = {
    serviceAccountName: `portrait-${name}`,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: podSecurity,
    topologySpreadConstraints: spread(name),
    containers: [container(service)],
    volumes: [
      { name: 'cache', emptyDir: { sizeLimit: `${scratchGiB}Gi` } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'temporal-tls', secret: { secretName: TEMPORAL_SECRET, optional: true, defaultMode: 0o440 } },
    ],
  };
  // Where an autoscaler counts, no number stands here: applying the manifests again must not undo it.
  const replicas = name === 'orchestrator' ? { replicas: 2 } : {};
  const made = object('apps/v1', 'Deployment', name, {
    spec: {
      ...replicas,
      revisionHistoryLimit: 5,
      selector: selector(name),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels: labels(name), annotations: { 'talking-portrait.io/title': title } }, spec },
    },
  });
  made.metadata.labels[RESOURCE_LABEL] = resource;
  return made;
}

const serviceAccount = ({ name }) =>
  object('v1', 'ServiceAccount', `portrait-${name}`, { automountServiceAccountToken: false });
const budget = ({ name }) =>
  object('policy/v1', 'PodDisruptionBudget', name, { spec: { maxUnavailable: 1, selector: selector(name) } });

const apiService = () =>
  object('v1', 'Service', 'api', {
    spec: { type: 'ClusterIP', selector: labels('api'), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
const apiScaler = () =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'api', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 200 } } },
      ],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
      },
    },
  });

/** All objects of one service. */
export const workload = (service) => [
  serviceAccount(service),
  deployment(service),
  budget(service),
  ...(service.name === 'api' ? [apiService(), apiScaler()] : []),
];
