// The system under test: `portrait up` in a folder of its own, and a client that waits for processes that are
// killed. The specs use it for the short forms, `npm run prove` for the long ones.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openClient, type ApiClient } from '@portrait/api-client';
import { servicePrograms, startSystem, type LocalSystem, type ServiceProgram, type SystemOptions } from '@portrait/cli';

export interface Trial {
  system: LocalSystem;
  client: ApiClient;
  /** Folder of the system: logs, database, servers. */
  directory: string;
}

/** Services are started from what tsc made, whether this file is run from there or by jest from its source. */
const built = import.meta.dirname.endsWith(join('dist', 'proofs'))
  ? join(import.meta.dirname, '../services')
  : join(import.meta.dirname, '../dist/services');
/** Every stage as a service in one process, with stages that do no work. */
export const fixtureService: ServiceProgram = {
  name: 'fixture',
  main: join(built, 'fixture-services.js'),
  role: 'stage',
};

const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };

export async function startTrial(directory: string, options: Partial<SystemOptions> = {}): Promise<Trial> {
  const system = await startSystem({ directory, apiPort: await freePort(), log: silentLog, ...options });
  const key = (await readFile(join(directory, 'admin-key'), 'utf8')).trim();
  return { system, directory, client: openClient({ url: system.apiUrl, key }) };
}

/** The system with orchestrator and API as they are, and stages that do no work. */
export function startIdleTrial(
  directory: string,
  { concurrency, ...options }: { concurrency: number } & Partial<SystemOptions>,
): Promise<Trial> {
  const programs = [
    ...servicePrograms().filter(({ name }) => name === 'orchestrator' || name === 'api'),
    fixtureService,
  ];
  return startTrial(directory, {
    ...options,
    programs,
    env: { FIXTURE_COUNTS: '', FIXTURE_EXTRACTOR: 'moonshine-tiny-layer3', PORTRAIT_SLOTS: String(concurrency) },
  });
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
