// A running system for specs: real Temporal, real MinIO, the real orchestrator, stages that do no work. The
// bookkeeping runs in the process of the spec, which can inspect it.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servicePrograms, startSystem, type LocalSystem, type ServiceProgram } from '@portrait/cli';
import { readServiceSettings } from '@portrait/config';
import { BOOKKEEPING_QUEUE, type BookkeepingActivities, type WorkEvent } from '@portrait/contracts';
import { locateServers } from '@portrait/local-servers';
import { connectClient, openServiceStore } from '@portrait/service-kit';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { fixtureService } from '../proofs/trial.js';
import { recordHistories } from './record-histories.js';

const { temporal, minio, reasons } = await locateServers();
/** Why these specs cannot run here; null when they can. */
export const notSupported = temporal === null || minio === null ? Object.values(reasons).join(' ') : null;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let installed = false;

export interface TestSystem extends AsyncDisposable {
  system: LocalSystem;
  client: Client;
  store: RemoteArtifactStore;
  events: WorkEvent[];
  /** Replaces what the bookkeeping does. */
  bookkeeping: Partial<BookkeepingActivities>;
  /** How often something happened in the fixture services: `landmarks.<seed>.runs`. */
  count(what: string): Promise<number>;
}

export async function startTestSystem(
  options: { slots?: number; temporalConfig?: Record<string, number> } = {},
): Promise<TestSystem> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  installed = true;
  const folder = await mkdtemp(join(tmpdir(), 'portrait-test-'));
  const counts = join(folder, 'counts');
  await mkdir(counts, { recursive: true });
  const programs: ServiceProgram[] = [
    ...servicePrograms().filter(({ name }) => name === 'orchestrator'),
    fixtureService,
  ];
  const system = await startSystem({
    directory: folder,
    programs,
    log: silent,
    ...(options.temporalConfig ? { temporalConfig: options.temporalConfig } : {}),
    env: {
      FIXTURE_COUNTS: counts,
      PORTRAIT_SLOTS: String(options.slots ?? 2),
      PORTRAIT_DRAIN_SECONDS: '1',
      PORTRAIT_LOG_LEVEL: 'info',
    },
  });
  const settings = readServiceSettings(system.env);
  const [client, store, connection] = await Promise.all([
    connectClient(settings.temporal),
    openServiceStore(settings.objectStore),
    NativeConnection.connect({ address: settings.temporal.address }),
  ]);
  const events: WorkEvent[] = [];
  const bookkeeping: Partial<BookkeepingActivities> = {};
  const nothing = (): Promise<void> => Promise.resolve();
  const known = {
    publishPortrait: nothing,
    publishVideo: nothing,
    itemFailed: nothing,
    finishBatch: nothing,
    eraseArtifacts: nothing,
    eraseHistories: nothing,
    eraseRows: nothing,
    stopWork: () => Promise.resolve({ left: 0 }),
    nextItems: () => Promise.resolve([]),
    videoInput: () => Promise.reject(new Error('No spec has said what it is made of.')),
  };
  const activities: BookkeepingActivities = {
    ...known,
    tell: (event) => Promise.resolve(void events.push(event)),
  };
  // What a spec puts into `bookkeeping` later counts too.
  const replaceable = Object.fromEntries(
    Object.keys(activities).map((name) => [
      name,
      (input: never) =>
        ((bookkeeping as Record<string, (i: never) => Promise<unknown>>)[name] ??
          (activities as unknown as Record<string, (i: never) => Promise<unknown>>)[name])!(input),
    ]),
  );
  const worker = await Worker.create({
    connection,
    namespace: settings.temporal.namespace,
    taskQueue: BOOKKEEPING_QUEUE,
    activities: replaceable,
  });
  const running = worker.run();
  return {
    system,
    client,
    store,
    events,
    bookkeeping,
    count: (what) =>
      readFile(join(counts, what), 'utf8').then(
        (text) => text.length,
        () => 0,
      ),
    async [Symbol.asyncDispose]() {
      if (process.env['RECORD_HISTORIES']) await recordHistories(client, process.env['RECORD_HISTORIES']);
      worker.shutdown();
      await running;
      await connection.close();
      await client.connection.close();
      await system.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
