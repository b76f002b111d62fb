// Settings of services: server addresses, credentials, job slots, health, tracing.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { settingsReader } from './reader.js';
import { SERVICE_SETTINGS, SETTINGS, type SAMPLERS } from './tables.js';

export interface TemporalSettings {
  address: string;
  namespace: string;
  apiKey: string | undefined;
  /** Paths of files. Undefined means no TLS, unless `apiKey` is set. */
  tls: { cert: string | undefined; key: string | undefined; ca: string | undefined } | undefined;
}

export interface ObjectStoreSettings {
  endpoint: URL;
  publicEndpoint: URL;
  region: string;
  bucket: string;
  pathStyle: boolean;
  accessKey: string | undefined;
  secretKey: string | undefined;
  sessionToken: string | undefined;
  /** Separate credentials for erasing, if any. */
  erase: { accessKey: string; secretKey: string; sessionToken: string | undefined } | undefined;
  cache: { directory: string; maxBytes: number };
}

interface TracingSettings {
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  sampler: (typeof SAMPLERS)[number];
  /** Fraction of traces that a ratio sampler keeps, 0 to 1. */
  ratio: number;
  resource: Readonly<Record<string, string>>;
}

export interface ServiceSettings {
  temporal: TemporalSettings;
  objectStore: ObjectStoreSettings;
  slots: number;
  heartbeatSeconds: number;
  drainSeconds: number;
  health: { host: string; port: number };
  api: { host: string; port: number; allow: { networks: readonly string[]; ports: readonly number[] } };
  database: string;
  /** Null: tracing is off. */
  tracing: TracingSettings | null;
}

/** @throws PortraitError INVALID_ARGUMENT that names every mistake and never repeats a secret */
export function readServiceSettings(env: Readonly<Record<string, string | undefined>> = process.env): ServiceSettings {
  settingsReader(SETTINGS, env);
  const value = settingsReader(SERVICE_SETTINGS, env);
  const [cert, key, ca] = [
    value('PORTRAIT_TEMPORAL_TLS_CERT'),
    value('PORTRAIT_TEMPORAL_TLS_KEY'),
    value('PORTRAIT_TEMPORAL_TLS_CA'),
  ];
  const [eraseKey, eraseSecret] = [value('PORTRAIT_S3_ERASE_ACCESS_KEY'), value('PORTRAIT_S3_ERASE_SECRET_KEY')];
  const endpoint = new URL(value('PORTRAIT_S3_ENDPOINT') ?? 'http://127.0.0.1:9000');
  const collector = value('OTEL_EXPORTER_OTLP_ENDPOINT');
  return {
    temporal: {
      address: value('PORTRAIT_TEMPORAL_ADDRESS') ?? '127.0.0.1:7233',
      namespace: value('PORTRAIT_TEMPORAL_NAMESPACE') ?? 'portrait',
      apiKey: value('PORTRAIT_TEMPORAL_API_KEY'),
      tls:
        cert !== undefined || ca !== undefined || value('PORTRAIT_TEMPORAL_TLS') === true
          ? { cert, key, ca }
          : undefined,
    },
    objectStore: {
      endpoint,
      publicEndpoint: new URL(value('PORTRAIT_S3_PUBLIC_ENDPOINT') ?? endpoint),
      region: value('PORTRAIT_S3_REGION') ?? 'us-east-1',
      bucket: value('PORTRAIT_S3_BUCKET') ?? 'portrait',
      pathStyle: value('PORTRAIT_S3_PATH_STYLE') ?? true,
      accessKey: value('PORTRAIT_S3_ACCESS_KEY'),
      secretKey: value('PORTRAIT_S3_SECRET_KEY'),
      sessionToken: value('PORTRAIT_S3_SESSION_TOKEN'),
      erase:
        eraseKey !== undefined && eraseSecret !== undefined
          ? { accessKey: eraseKey, secretKey: eraseSecret, sessionToken: value('PORTRAIT_S3_ERASE_SESSION_TOKEN') }
          : undefined,
      cache: {
        directory: value('PORTRAIT_ARTIFACT_CACHE') ?? join(tmpdir(), 'portrait-artifacts'),
        maxBytes: value('PORTRAIT_ARTIFACT_CACHE_BYTES') ?? 20e9,
      },
    },
    slots: value('PORTRAIT_SLOTS') ?? 1,
    heartbeatSeconds: value('PORTRAIT_HEARTBEAT_SECONDS') ?? 60,
    drainSeconds: value('PORTRAIT_DRAIN_SECONDS') ?? 20,
    health: { host: value('PORTRAIT_HEALTH_HOST') ?? '127.0.0.1', port: value('PORTRAIT_HEALTH_PORT') ?? 0 },
    api: {
      host: value('PORTRAIT_API_HOST') ?? '127.0.0.1',
      port: value('PORTRAIT_API_PORT') ?? 8080,
      allow: { networks: value('PORTRAIT_ALLOWED_NETWORKS') ?? [], ports: value('PORTRAIT_ALLOWED_PORTS') ?? [] },
    },
    database: value('PORTRAIT_DATABASE') ?? resolve('portrait-data/database'),
    tracing:
      collector === undefined
        ? null
        : {
            endpoint: collector,
            headers: value('OTEL_EXPORTER_OTLP_HEADERS') ?? {},
            sampler: value('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on',
            ratio: value('OTEL_TRACES_SAMPLER_ARG') ?? 1,
            resource: value('OTEL_RESOURCE_ATTRIBUTES') ?? {},
          },
  };
}
