// Settings of any process that runs stages, embedded or as a service.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { settingsReader } from './reader.js';
import { SETTINGS, type LOG_LEVELS } from './tables.js';

export interface Settings {
  storeDir: string;
  threads: number;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Address of a remote system's API. */
  remote: string | undefined;
  /** Key of that API. */
  apiKey: string | undefined;
}

export function readSettings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const value = settingsReader(SETTINGS, env);
  return {
    storeDir: value('PORTRAIT_STORE') ?? resolve('portrait-store'),
    threads: value('PORTRAIT_THREADS') ?? availableParallelism(),
    logLevel: value('PORTRAIT_LOG_LEVEL') ?? 'info',
    remote: value('PORTRAIT_REMOTE'),
    apiKey: value('PORTRAIT_API_KEY'),
  };
}
