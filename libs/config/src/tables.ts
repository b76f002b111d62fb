// Every environment variable of the product. Parsing, `portrait doctor` and the documentation read these tables.
import { resolve } from 'node:path';
import { z } from 'zod';

export interface Setting {
  readonly schema: z.ZodType;
  readonly default: string;
  readonly meaning: string;
  /** The value is never shown, not even in an error. */
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
    meaning: 'store folder: artifacts, runs and portraits',
  },
  PORTRAIT_THREADS: {
    schema: z.coerce.number().int().min(1).max(256),
    default: 'number of cores',
    meaning: 'threads a stage may use, 1 to 256',
  },
  PORTRAIT_LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS),
    default: 'info',
    meaning: `minimum level written to the log file: ${LOG_LEVELS.join(', ')}`,
  },
  PORTRAIT_CACHE: {
    schema: z.string().min(1),
    default: '~/.cache/talking-portrait',
    meaning: 'cache folder for verified models and samples',
  },
  PORTRAIT_MODELS: {
    schema: z.string().min(1),
    default: '../shared/models if it exists',
    meaning: 'folder with model files; searched before any other source',
  },
  PORTRAIT_DATA: {
    schema: z.string().min(1),
    default: '../shared/data if it exists',
    meaning: 'folder with sample files and test footage; searched before any other source',
  },
  PORTRAIT_FFMPEG: { schema: z.string().min(1), default: 'ffmpeg', meaning: 'ffmpeg program: reads and writes media' },
  PORTRAIT_FFPROBE: { schema: z.string().min(1), default: 'ffprobe', meaning: 'ffprobe program: inspects media' },
  PORTRAIT_MAX_SECONDS: {
    schema: z.coerce.number().positive(),
    default: '14400',
    meaning: 'longest recording that is read, seconds',
  },
  PORTRAIT_MAX_PIXELS: {
    schema: z.coerce.number().positive(),
    default: '50000000',
    meaning: 'largest picture or video frame that is read, width times height',
  },
  PORTRAIT_MAX_CHANNELS: {
    schema: z.coerce.number().positive(),
    default: '32',
    meaning: 'most channels of a sound track that is read',
  },
  PORTRAIT_MAX_TOOL_MEBIBYTES: {
    schema: z.coerce.number().positive(),
    default: '3072',
    meaning: 'memory that one ffmpeg or ffprobe may use, MiB',
  },
  PORTRAIT_MAX_TOOL_SILENCE_SECONDS: {
    schema: z.coerce.number().positive(),
    default: '120',
    meaning: 'seconds without progress after which ffmpeg or ffprobe is stopped',
  },
  PORTRAIT_KERNELS: {
    schema: z.string().min(1),
    default: 'native-kernels/build',
    meaning: 'folder of the native library',
  },
  PORTRAIT_ISA: {
    schema: z.enum(['base', 'v3', 'v4']),
    default: 'best the processor supports',
    meaning: 'instruction set of the native kernels: base, v3 (AVX2), v4 (AVX-512)',
  },
  PORTRAIT_REMOTE: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'none (this machine)',
    meaning: "address of a remote system's API; default of --remote",
  },
  PORTRAIT_API_KEY: {
    schema: z.string().regex(/^[\x21-\x7e]+$/),
    default: 'the key that portrait up wrote, if it runs in the current folder',
    meaning: 'key of that API',
    secret: true,
  },
} as const satisfies Record<string, Setting>;

const port = z.coerce.number().int().min(0).max(65535);
const text = z.string().min(1);
const flag = z.enum(['on', 'off']).transform((value) => value === 'on');
/** `name=value,name=value` with URL-encoded values, the format of OpenTelemetry's own variables. */
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
      context.addIssue('not URL-encoded');
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

/** Settings of services: stage workers, orchestrator, API. The defaults fit `portrait up`. */
export const SERVICE_SETTINGS = {
  PORTRAIT_TEMPORAL_ADDRESS: {
    schema: text.regex(/^[^\s/]+:\d+$/),
    default: '127.0.0.1:7233',
    meaning: 'host:port of Temporal',
  },
  PORTRAIT_TEMPORAL_NAMESPACE: { schema: text, default: 'portrait', meaning: 'Temporal namespace' },
  PORTRAIT_TEMPORAL_API_KEY: {
    schema: text,
    default: 'none',
    meaning: 'API key of Temporal Cloud; enables TLS',
    secret: true,
  },
  PORTRAIT_TEMPORAL_TLS_CERT: {
    schema: text,
    default: 'none',
    meaning: 'file with the client certificate for mutual TLS; enables TLS',
  },
  PORTRAIT_TEMPORAL_TLS_KEY: { schema: text, default: 'none', meaning: 'file with the key of that certificate' },
  PORTRAIT_TEMPORAL_TLS_CA: {
    schema: text,
    default: "the system's authorities",
    meaning: "file with the authority that signed the server's certificate; enables TLS",
  },
  PORTRAIT_TEMPORAL_TLS: { schema: flag, default: 'off', meaning: 'on: TLS without a client certificate' },
  PORTRAIT_S3_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'http://127.0.0.1:9000',
    meaning: 'address of the object store (MinIO or any S3)',
  },
  PORTRAIT_S3_REGION: { schema: text, default: 'us-east-1', meaning: 'region of the bucket' },
  PORTRAIT_S3_BUCKET: { schema: text, default: 'portrait', meaning: 'bucket that holds the artifacts' },
  PORTRAIT_S3_PATH_STYLE: {
    schema: flag,
    default: 'on',
    meaning: 'on: the bucket is part of the path; off: of the host name',
  },
  PORTRAIT_S3_ACCESS_KEY: { schema: text, default: 'none', meaning: 'access key of this service', secret: true },
  PORTRAIT_S3_SECRET_KEY: { schema: text, default: 'none', meaning: 'secret key of this service', secret: true },
  PORTRAIT_S3_SESSION_TOKEN: {
    schema: text,
    default: 'none',
    meaning: 'session token of temporary credentials',
    secret: true,
  },
  PORTRAIT_S3_PUBLIC_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }),
    default: 'PORTRAIT_S3_ENDPOINT',
    meaning: 'address of the object store for browsers and clients; presigned links contain it',
  },
  PORTRAIT_S3_ERASE_ACCESS_KEY: {
    schema: text,
    default: 'PORTRAIT_S3_ACCESS_KEY',
    meaning: 'access key that may delete everything and read nothing; used by the API to erase people',
    secret: true,
  },
  PORTRAIT_S3_ERASE_SECRET_KEY: {
    schema: text,
    default: 'PORTRAIT_S3_SECRET_KEY',
    meaning: 'secret key for the erase access key',
    secret: true,
  },
  PORTRAIT_S3_ERASE_SESSION_TOKEN: {
    schema: text,
    default: 'none',
    meaning: 'session token, if the erase credentials are temporary',
    secret: true,
  },
  PORTRAIT_ARTIFACT_CACHE: {
    schema: text.transform((path) => resolve(path)),
    default: 'portrait-artifacts in the temporary folder',
    meaning: 'folder for local copies of artifacts, drafts and scratch files',
  },
  PORTRAIT_ARTIFACT_CACHE_BYTES: {
    schema: z.coerce.number().int().min(1e8),
    default: '20000000000',
    meaning: 'maximum size of the local copies, bytes',
  },
  PORTRAIT_SLOTS: {
    schema: z.coerce.number().int().min(1).max(64),
    default: '1',
    meaning: 'jobs a stage service runs at the same time',
  },
  PORTRAIT_HEARTBEAT_SECONDS: {
    schema: z.coerce.number().int().min(5).max(600),
    default: '60',
    meaning: 'heartbeat timeout: after this time without a heartbeat a stage moves to another worker, seconds',
  },
  PORTRAIT_DRAIN_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3600),
    default: '20',
    meaning: 'time a stopping service gives its running jobs before it hands them back, seconds',
  },
  PORTRAIT_HEALTH_HOST: {
    schema: text,
    default: '127.0.0.1',
    meaning: 'listen address of liveness, readiness and metrics',
  },
  PORTRAIT_HEALTH_PORT: {
    schema: port,
    default: '0 (any free port)',
    meaning: 'listen port of liveness, readiness and metrics',
  },
  PORTRAIT_API_HOST: { schema: text, default: '127.0.0.1', meaning: 'listen address of the API' },
  PORTRAIT_API_PORT: { schema: port, default: '8080', meaning: 'listen port of the API' },
  PORTRAIT_ALLOWED_NETWORKS: {
    schema: text.transform((list) => list.split(',').map((network) => network.trim())),
    default: 'none',
    meaning:
      'private networks the API may fetch media from and send webhooks to, separated by commas, ' +
      'for example 10.20.0.0/16',
  },
  PORTRAIT_ALLOWED_PORTS: {
    schema: z
      .string()
      .regex(/^\d+(,\d+)*$/)
      .transform((list) => list.split(',').map(Number)),
    default: '80,443',
    meaning: 'ports the API may fetch media from and send webhooks to, beside 80 and 443, separated by commas',
  },
  PORTRAIT_DATABASE: {
    schema: text,
    default: './portrait-data/database',
    meaning: 'postgres:// address, or a folder for the embedded PGlite database',
    secret: true,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
    default: 'none',
    meaning:
      'address of a collector for traces (OTLP over HTTP), for example http://127.0.0.1:4318; ' +
      'without it tracing is off',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: pairs,
    default: 'none',
    meaning: 'headers for the collector, separated by commas, for example authorization=Basic%20abc',
    secret: true,
  },
  OTEL_TRACES_SAMPLER: {
    schema: z.enum(SAMPLERS),
    default: 'parentbased_always_on',
    meaning: `sampler that selects the traces to keep: ${SAMPLERS.join(', ')}`,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z.coerce.number().min(0).max(1),
    default: '1',
    meaning: 'fraction of traces that a ratio sampler keeps, 0 to 1',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    schema: pairs,
    default: 'none',
    meaning:
      'additional resource attributes of every span, separated by commas, ' +
      'for example deployment.environment=night',
  },
} as const satisfies Record<string, Setting>;

/** Variables that only set-up and tests read. */
export const TOOL_SETTINGS = [
  'PORTRAIT_TEMPORAL_SERVER',
  'PORTRAIT_MINIO_SERVER',
  'PORTRAIT_SERVER_CACHE',
  'PORTRAIT_TEST_S3',
  'PORTRAIT_TEST_POSTGRES',
  'PORTRAIT_TEST_COUNTS',
];
