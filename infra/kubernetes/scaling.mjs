// Copies of stage services by what waits for them and what they work on: ScaledObjects of KEDA 2.17 or newer.
import { NAMESPACE } from '../images/services.mjs';
import { object, SETTINGS } from './settings.mjs';

/** Long stages keep fewer copies: each holds a machine for an hour. */
const MOST = { gpu: 8, cpu: 16 };

function scaledObject({ name, resource }) {
  return object('keda.sh/v1alpha1', 'ScaledObject', name, {
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: 1,
      maxReplicaCount: MOST[resource],
      pollingInterval: 15,
      cooldownPeriod: 300,
      // Without the running jobs a full house with an empty queue would be sent home in the middle of its work.
      advanced: {
        scalingModifiers: { formula: 'waiting + running', target: '1', metricType: 'AverageValue' },
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
            scaleDown: { stabilizationWindowSeconds: 600, policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }] },
          },
        },
      },
      triggers: [
        {
          type: 'temporal',
          name: 'waiting',
          metadata: {
            endpointFromEnv: 'PORTRAIT_TEMPORAL_ADDRESS',
            apiKeyFromEnv: 'PORTRAIT_TEMPORAL_API_KEY',
            namespace: NAMESPACE,
            taskQueue: name,
            queueTypes: 'activity',
            targetQueueSize: '1',
            activationTargetQueueSize: '0',
          },
        },
        {
          type: 'prometheus',
          name: 'running',
          metadata: {
            serverAddress: 'http://prometheus-operated.monitoring.svc:9090',
            query: `sum(portrait_jobs_running{service="${name}"})`,
            threshold: '1',
            ignoreNullValues: 'true',
          },
        },
      ],
    },
  });
}

/** The namespace in Temporal is said once, in the settings; this carries it into every trigger. */
export const namespaceReplacement = {
  source: { kind: 'ConfigMap', name: SETTINGS, fieldPath: 'data.PORTRAIT_TEMPORAL_NAMESPACE' },
  targets: [{ select: { kind: 'ScaledObject' }, fieldPaths: ['spec.triggers.[type=temporal].metadata.namespace'] }],
};

export const scaledObjects = (services) => services.filter(({ stages }) => stages.length > 0).map(scaledObject);
