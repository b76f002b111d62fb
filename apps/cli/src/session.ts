// The resources of one invocation: settings, console, log, abort signal, store and stages, each created once.
import { join, resolve } from 'node:path';
import type { ArtifactScope, ArtifactStore } from '@portrait/artifact-store';
import { readSettings, type Settings } from '@portrait/config';
import { PortraitError, type Logger } from '@portrait/contracts';
import { createLogger, quietLogger } from '@portrait/observability';
import type { Registry } from '@portrait/stage-kit';
import type { Console } from './terminal/console.js';
import { createProgressView, type ProgressView } from './terminal/progress-view.js';

export interface CommonOptions {
  store?: string;
  threads?: string;
  seed?: string;
}

export interface Session {
  readonly console: Console;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly view: ProgressView;
  readonly fetch: typeof globalThis.fetch;
  /** Printed on Ctrl-C. Commands that only watch replace it, because the work continues. */
  interruptText: string;
  storeDir(options: CommonOptions): string;
  openStore(options: CommonOptions): Promise<ArtifactStore>;
  openScope(options: CommonOptions, person: string): Promise<{ store: ArtifactStore; scope: ArtifactScope }>;
  registry(): Promise<Registry>;
  threads(options: CommonOptions): number;
  seed(options: CommonOptions): number;
  /** Log of this invocation, in the store folder. */
  openLog(options: CommonOptions, command: string): Logger;
}

const DEFAULT_SEED = 1;

export function wholeNumber(text: string, name: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new PortraitError('INVALID_ARGUMENT', `${name} ${text} is not a whole number from ${low} to ${high}.`);
  return value;
}

interface SessionOptions {
  console: Console;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Replaces the embedded stages, for tests. */
  registry?: Registry | undefined;
  /** Replaces the global fetch, for tests. */
  fetch?: typeof globalThis.fetch | undefined;
}

export function createSession({ console, env, signal, registry, fetch = globalThis.fetch }: SessionOptions): Session {
  const settings = readSettings(env);
  const storeDir = (options: CommonOptions): string =>
    options.store === undefined ? settings.storeDir : resolve(options.store);
  const openStore = async (options: CommonOptions): Promise<ArtifactStore> => {
    const { openFileStore } = await import('@portrait/artifact-store');
    return await openFileStore(storeDir(options));
  };
  return {
    console,
    settings,
    signal,
    env,
    view: createProgressView(console),
    fetch,
    interruptText: 'Stopping. Finished work is kept.',
    storeDir,
    openStore,
    async openScope(options, person) {
      const store = await openStore(options);
      return { store, scope: await store.scope(person) };
    },
    registry: async () => registry ?? (await import('@portrait/stage-registry')).STAGE_REGISTRY,
    threads(options) {
      const threads =
        options.threads === undefined ? settings.threads : wholeNumber(options.threads, '--threads', 1, 256);
      // The native kernels create their thread pool once and read its size from this variable.
      process.env['PORTRAIT_THREADS'] = String(threads);
      return threads;
    },
    seed: (options) =>
      options.seed === undefined ? DEFAULT_SEED : wholeNumber(options.seed, '--seed', 0, 2 ** 31 - 1),
    openLog(options, command) {
      if (settings.logLevel === 'silent') return quietLogger;
      const day = new Date().toISOString().slice(0, 10);
      return createLogger({
        level: console.verbose ? 'debug' : settings.logLevel,
        destination: join(storeDir(options), 'logs', `${day}.jsonl`),
        fields: { command, pid: process.pid },
      });
    },
  };
}
