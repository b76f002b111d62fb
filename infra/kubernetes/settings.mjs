// What all manifests share: names, labels, references to secrets, the common parts of a pod.
import { DRAIN_SECONDS, DRAIN_SLACK_SECONDS, HEALTH_PORT, USER_ID } from '../images/services.mjs';

export const NAME = 'talking-portrait';
export const VERSION = '0.1.0';
export const SETTINGS = 'portrait-settings';
/** On Deployments: what the graph says a service computes on, cpu or gpu. */
export const RESOURCE_LABEL = 'talking-portrait.io/resource';

/** Labels that an operator puts on namespaces: who may be reached, who may come in. */
export const NAMESPACE_LABELS = {
  temporal: { 'talking-portrait.io/provides-temporal': 'true' },
  store: { 'talking-portrait.io/provides-store': 'true' },
  database: { 'talking-portrait.io/provides-database': 'true' },
  ingress: { 'talking-portrait.io/ingress': 'true' },
  collector: { 'talking-portrait.io/provides-collector': 'true' },
  scraper: { 'talking-portrait.io/scrapes': 'true' },
};

/** Secrets by name; made outside (External Secrets, Sealed Secrets, kubectl), never here. name → keys → setting */
export const SECRETS = {
  'portrait-store-stage': { 'access-key': 'PORTRAIT_S3_ACCESS_KEY', 'secret-key': 'PORTRAIT_S3_SECRET_KEY' },
  'portrait-store-api': { 'access-key': 'PORTRAIT_S3_ACCESS_KEY', 'secret-key': 'PORTRAIT_S3_SECRET_KEY' },
  'portrait-store-erase': {
    'access-key': 'PORTRAIT_S3_ERASE_ACCESS_KEY',
    'secret-key': 'PORTRAIT_S3_ERASE_SECRET_KEY',
  },
  'portrait-store-admin': { 'access-key': 'PORTRAIT_S3_ACCESS_KEY', 'secret-key': 'PORTRAIT_S3_SECRET_KEY' },
  'portrait-database': { url: 'PORTRAIT_DATABASE' },
};
/** API key and certificates of Temporal; a cluster without them needs no such secret. */
export const TEMPORAL_SECRET = 'portrait-temporal';

export const labels = (name) => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': NAME });
export const selector = (name) => ({ matchLabels: labels(name) });

export const object = (apiVersion, kind, name, rest) => ({
  apiVersion,
  kind,
  metadata: { name, labels: { ...labels(name), 'app.kubernetes.io/component': kind.toLowerCase() } },
  ...rest,
});

const fromSecret = (name, key, setting, optional) => ({
  name: setting,
  valueFrom: { secretKeyRef: { name, key, ...(optional ? { optional } : {}) } },
});
export const secretEnv = (...names) =>
  names.flatMap((name) => Object.entries(SECRETS[name]).map(([key, setting]) => fromSecret(name, key, setting)));
export const temporalEnv = () => [fromSecret(TEMPORAL_SECRET, 'api-key', 'PORTRAIT_TEMPORAL_API_KEY', true)];

/** The "restricted" level of pod security. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: USER_ID,
  runAsGroup: USER_ID,
  fsGroup: USER_ID,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
};
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

const probe = (path, more) => ({ httpGet: { path, port: 'health' }, timeoutSeconds: 5, ...more });
export const probes = {
  // Up to five minutes for Temporal and the store to come up first.
  startupProbe: probe('/livez', { periodSeconds: 5, failureThreshold: 60 }),
  livenessProbe: probe('/livez', { periodSeconds: 15, failureThreshold: 4 }),
  readinessProbe: probe('/readyz', { periodSeconds: 10, failureThreshold: 2 }),
};
export const healthPort = { name: 'health', containerPort: HEALTH_PORT };

/** The time to drain, the pause before it and some slack. */
export const PAUSE_SECONDS = 5;
export const GRACE_SECONDS = DRAIN_SECONDS + DRAIN_SLACK_SECONDS + PAUSE_SECONDS;
