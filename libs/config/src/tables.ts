// Every environment variable of the product, as tables that parsing, `portrait doctor` and the documentation share.
import { resolve } from 'node:path';
import { z } from 'zod';

export interface Setting {
  readonly schema: z.ZodType;
  readonly default: string;
  readonly meaning: string;
  /** Never shown, not even when it cannot be used. */
  readonly secret?: true;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'silent'] as const;

export const SETTINGS = {
  PORTRAIT_STORE: {
    schema: z
      .string()
      .min(1)
      .transform((path) => resolve(path)),
    default: './portrait-store',
    meaning: 'folder of the store: artifacts, runs and portraits',
  },
  PORTRAIT_THREADS: {
    schema: z.coerce.number().int().min(1).max(256),
    default: 'number of cores',
    meaning: 'threads a stage may use, 1 to 256',
  },
  PORTRAIT_LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS),
    default: 'info',
    meaning: `least level written to the log file: ${LOG_LEVELS.join(', ')}`,
  },
  PORTRAIT_CACHE: {
    schema: z.string().min(1),
    default: '~/.cache/talking-portrait',
    meaning: 'folder where verified models and samples are kept',
  },
  PORTRAIT_MODELS: {
    schema: z.string().min(1),
    default: '../shared/models if it is there',
    meaning: 'folder that holds model files; asked before any other source',
  },
  PORTRAIT_DATA: {
    schema: z.string().min(1),
    default: '../shared/data if it is there',
    meaning: 'folder that holds sample files and the footage of the tests; asked before any other source',
  },
  PORTRAIT_FFMPEG: { schema: z.string().min(1), default: 'ffmpeg', meaning: 'program that reads and writes media' },
  PORTRAIT_FFPROBE: { schema: z.string().min(1), default: 'ffprobe', meaning: 'program that looks into media' },
  PORTRAIT_KERNELS: {
    schema: z.string().min(1),
    default: 'native-kernels/build',
    meaning: 'path of the native library, where it lies elsewhere',
  },
  PORTRAIT_ISA: {
    schema: z.enum(['base', 'v3', 'v4']),
    default: 'best the processor has',
    meaning: 'instruction set of the native kernels: base, v3 (AVX2), v4 (AVX-512)',
  },
  PORTRAIT_REMOTE: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'none: this machine',
    meaning: "address of a remote system's API, as --remote gives it: the work is done there",
  },
  PORTRAIT_API_KEY: {
    schema: z.string().regex(/^[\x21-\x7e]+$/),
    default: 'that of portrait up, beside its database',
    meaning: 'key of that API',
    secret: true,
  },
} as const satisfies Record<string, Setting>;

/** Of services: stage workers, orchestrator, API. Every default fits `portrait up`. */
const port = z.coerce.number().int().min(0).max(65535);
const text = z.string().min(1);
const flag = z.enum(['on', 'off']).transform((value) => value === 'on');
/** `name=value,name=value`, values as in an address: the form of OpenTelemetry's own settings. */
const pairs = z
  .string()
  .regex(/^\s*[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/)
  .transform((list, context) => {
    try {
      return Object.fromEntries(
        list
          .split(',')
          .map((pair) => [
            pair.slice(0, pair.indexOf('=')).trim(),
            decodeURIComponent(pair.slice(pair.indexOf('=') + 1).trim()),
          ]),
      );
    } catch {
      context.addIssue('not in the form of an address');
      return z.NEVER;
    }
  });

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export const SERVICE_SETTINGS = {
  PORTRAIT_TEMPORAL_ADDRESS: {
    schema: text.regex(/^[^\s/]+:\d+$/),
    default: '127.0.0.1:7233',
    meaning: 'host:port of Temporal',
  },
  PORTRAIT_TEMPORAL_NAMESPACE: { schema: text, default: 'portrait', meaning: 'namespace in Temporal' },
  PORTRAIT_TEMPORAL_API_KEY: {
    schema: text,
    default: 'none',
    meaning: 'API key of Temporal Cloud; switches TLS on',
    secret: true,
  },
  PORTRAIT_TEMPORAL_TLS_CERT: {
    schema: text,
    default: 'none',
    meaning: 'file with the client certificate for mutual TLS',
  },
  PORTRAIT_TEMPORAL_TLS_KEY: { schema: text, default: 'none', meaning: 'file with the key of that certificate' },
  PORTRAIT_TEMPORAL_TLS_CA: {
    schema: text,
    default: 'system',
    meaning: "file with the authority that signed the server's certificate",
  },
  PORTRAIT_TEMPORAL_TLS: { schema: flag, default: 'off', meaning: 'on: TLS without a client certificate' },
  PORTRAIT_S3_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'http://127.0.0.1:9000',
    meaning: 'address of the object store: MinIO or any S3',
  },
  PORTRAIT_S3_REGION: { schema: text, default: 'us-east-1', meaning: 'region of the bucket' },
  PORTRAIT_S3_BUCKET: { schema: text, default: 'portrait', meaning: 'bucket that holds the artifacts' },
  PORTRAIT_S3_PATH_STYLE: { schema: flag, default: 'on', meaning: 'off: the bucket is part of the host name' },
  PORTRAIT_S3_ACCESS_KEY: { schema: text, default: 'none', meaning: 'access key of this service', secret: true },
  PORTRAIT_S3_SECRET_KEY: { schema: text, default: 'none', meaning: 'secret key of this service', secret: true },
  PORTRAIT_S3_SESSION_TOKEN: { schema: text, default: 'none', meaning: 'token of temporary keys', secret: true },
  PORTRAIT_S3_PUBLIC_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'PORTRAIT_S3_ENDPOINT',
    meaning: 'address under which browsers and clients reach the object store; presigned links carry it',
  },
  PORTRAIT_S3_ERASE_ACCESS_KEY: {
    schema: text,
    default: 'PORTRAIT_S3_ACCESS_KEY',
    meaning: 'access key that may delete everything and read nothing; only the API, for erasing a person',
    secret: true,
  },
  PORTRAIT_S3_ERASE_SECRET_KEY: {
    schema: text,
    default: 'PORTRAIT_S3_SECRET_KEY',
    meaning: 'secret key to it',
    secret: true,
  },
  PORTRAIT_S3_ERASE_SESSION_TOKEN: {
    schema: text,
    default: 'none',
    meaning: 'token, where these keys are temporary',
    secret: true,
  },
  PORTRAIT_ARTIFACT_CACHE: {
    schema: text.transform((path) => resolve(path)),
    default: 'portrait-artifacts in the temporary folder',
    meaning: 'folder for local copies of artifacts, drafts and scratch',
  },
  PORTRAIT_ARTIFACT_CACHE_BYTES: {
    schema: z.coerce.number().int().min(1e8),
    default: '20000000000',
    meaning: 'size the local copies may grow to, bytes',
  },
  PORTRAIT_SLOTS: {
    schema: z.coerce.number().int().min(1).max(64),
    default: '1',
    meaning: 'jobs a stage service takes at a time',
  },
  PORTRAIT_HEARTBEAT_SECONDS: {
    schema: z.coerce.number().int().min(5).max(600),
    default: '60',
    meaning: 'a stage without a sign of life for so long is given to another worker, seconds',
  },
  PORTRAIT_DRAIN_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3600),
    default: '20',
    meaning: 'how long a service that is asked to end may finish what it does before it hands it back, seconds',
  },
  PORTRAIT_HEALTH_HOST: {
    schema: text,
    default: '127.0.0.1',
    meaning: 'address on which liveness, readiness and metrics are served',
  },
  PORTRAIT_HEALTH_PORT: {
    schema: port,
    default: '0 (any free port)',
    meaning: 'port of liveness, readiness and metrics',
  },
  PORTRAIT_API_HOST: { schema: text, default: '127.0.0.1', meaning: 'address the API listens on' },
  PORTRAIT_API_PORT: { schema: port, default: '8080', meaning: 'port the API listens on' },
  PORTRAIT_ALLOWED_NETWORKS: {
    schema: text.transform((list) => list.split(',').map((network) => network.trim())),
    default: 'none',
    meaning:
      'networks beyond the public internet from which the API may fetch media and to which it may send webhooks, as in 10.20.0.0/16, separated by commas',
  },
  PORTRAIT_ALLOWED_PORTS: {
    schema: z
      .string()
      .regex(/^\d+(,\d+)*$/)
      .transform((list) => list.split(',').map(Number)),
    default: '80,443',
    meaning: 'ports it may use for that beside 80 and 443, separated by commas',
  },
  PORTRAIT_DATABASE: {
    schema: text,
    default: './portrait-data/database',
    meaning: 'postgres:// address, or a folder for the embedded PGlite',
    secret: true,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
    default: 'none',
    meaning:
      'address of a collector that takes traces as OTLP over HTTP, as in http://127.0.0.1:4318; without it nothing is traced',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: pairs,
    default: 'none',
    meaning: 'headers for it, as in authorization=Basic%20abc, separated by commas',
    secret: true,
  },
  OTEL_TRACES_SAMPLER: {
    schema: z.enum(SAMPLERS),
    default: 'parentbased_always_on',
    meaning: `which traces are kept: ${SAMPLERS.join(', ')}`,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z.coerce.number().min(0).max(1),
    default: '1',
    meaning: 'share of traces that a sampler with a ratio keeps, 0 to 1',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    schema: pairs,
    default: 'none',
    meaning:
      'what every span says of its process beside name and version, as in deployment.environment=night, separated by commas',
  },
} as const satisfies Record<string, Setting>;

/** Read by set-up and tests, not by the product. */
export const FOR_TOOLS = [
  'PORTRAIT_TEMPORAL_SERVER',
  'PORTRAIT_MINIO_SERVER',
  'PORTRAIT_SERVER_CACHE',
  'PORTRAIT_TEST_S3',
  'PORTRAIT_TEST_POSTGRES',
  'PORTRAIT_TEST_COUNTS',
];
