// Settings of one process that runs stages, embedded or served.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { settingsReader } from './reader.js';
import { SETTINGS, type LOG_LEVELS, type SAMPLERS } from './tables.js';

export type SettingName = keyof typeof SETTINGS;

/** Where traces go, and which are kept. */
export interface TracingSettings {
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  sampler: (typeof SAMPLERS)[number];
  /** Share of traces that a sampler with a ratio keeps. */
  ratio: number;
  resource: Readonly<Record<string, string>>;
}

export interface Settings {
  storeDir: string;
  threads: number;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Of commands that can be done elsewhere: where, and the key of the API there. */
  remote: string | undefined;
  apiKey: string | undefined;
  /** Null: nothing is traced. */
  tracing: TracingSettings | null;
}

export function readSettings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const value = settingsReader(SETTINGS, env);
  const endpoint = value('OTEL_EXPORTER_OTLP_ENDPOINT');
  return {
    storeDir: value('PORTRAIT_STORE') ?? resolve('portrait-store'),
    threads: value('PORTRAIT_THREADS') ?? availableParallelism(),
    logLevel: value('PORTRAIT_LOG_LEVEL') ?? 'info',
    tracing: endpoint === undefined ? null : {
      endpoint, headers: value('OTEL_EXPORTER_OTLP_HEADERS') ?? {}, sampler: value('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on', ratio: value('OTEL_TRACES_SAMPLER_ARG') ?? 1,
      resource: value('OTEL_RESOURCE_ATTRIBUTES') ?? {},
    },
    remote: value('PORTRAIT_REMOTE'),
    apiKey: value('PORTRAIT_API_KEY'),
  };
}
