// Starts a Temporal development server on this machine: one process, state in a SQLite file. Not for production.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { PortraitError, type Logger } from '@portrait/contracts';
import { makeDirectory } from './server-directory.js';
import { isListening } from './ports.js';
import { runServer, serverEnvironment, type RunningServer } from './run-server.js';
import { hasNamespace, prepareNamespace, type SearchAttributes } from './temporal-namespace.js';

export interface TemporalOptions {
  /** Binary, from `locateServers`. */
  path: string;
  /** For state (`temporal.sqlite`), log (`temporal.log`) and lock. Created if needed. */
  directory: string;
  /** Created if needed, with 30 days of retention. */
  namespace: string;
  /** Default: the last port if it is free, else any free port. */
  port?: number;
  searchAttributes: SearchAttributes;
  /** Settings of the server by key. The server silently accepts unknown keys. */
  dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  log: Logger;
}

export interface TemporalServer extends RunningServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly namespace: string;
}

/** Starts the server and waits until the namespace and its search attributes exist. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { path, namespace, port, searchAttributes, dynamicConfig = {}, log } = options;
  const directory = await makeDirectory(options.directory);
  const version = await serverVersion(path);
  const server = await runServer({
    title: 'Temporal',
    path,
    directory,
    logName: 'temporal.log',
    port,
    version,
    log,
    args: (chosen) => [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(chosen),
      '--headless',
      '--log-level',
      'warn',
      '--log-format',
      'json',
      '--db-filename',
      join(directory, 'temporal.sqlite'),
      '--sqlite-pragma',
      'journal_mode=WAL',
      '--namespace',
      namespace,
      ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${JSON.stringify(value)}`,
      ]),
    ],
    env: serverEnvironment('TEMPORAL_', directory, { TEMPORAL_VERSION_CHECK_DISABLED: '1' }),
    check: (last) => refuseOtherVersion(last, version, directory),
    ready: async (chosen) =>
      (await isListening(chosen)) &&
      withConnection(chosen, (connection) => hasNamespace(connection, namespace)).catch(() => false),
    prepare: (chosen) =>
      withConnection(chosen, (connection) => prepareNamespace(connection, namespace, searchAttributes)),
  });
  return { ...server, address: `127.0.0.1:${server.port}`, namespace };
}

async function withConnection<T>(port: number, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Version of the server inside the binary, for example `1.29.1`. */
async function serverVersion(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { windowsHide: true });
    return /\(Server ([\d.]+)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (cause) {
    throw new PortraitError('DEPENDENCY_MISSING', `The Temporal server ${path} cannot be run.`, {
      cause,
      hint: 'Run npm run setup -- --servers to install it.',
    });
  }
}

/** The development server cannot migrate the database schema of another server version. */
function refuseOtherVersion(last: string, now: string, directory: string): void {
  const line = (version: string): string => version.split('.').slice(0, 2).join('.');
  if (line(last) === line(now)) return;
  throw new PortraitError(
    'INCOMPATIBLE',
    `The Temporal state in ${directory} was written by server ${last}, which is incompatible with this server, ${now}.`,
    { hint: `Use a ${line(last)} server (PORTRAIT_TEMPORAL_SERVER), or another directory.` },
  );
}
