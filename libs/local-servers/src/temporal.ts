// A Temporal server on this machine: one process, its state in a SQLite file. Not for production; there it is a cluster.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { PortraitError, type Logger } from '@portrait/contracts';
import { makeDirectory } from './directory.js';
import { isListening } from './ports.js';
import { runServer, serverEnvironment, type RunningServer } from './run-server.js';
import { hasNamespace, prepareNamespace, type SearchAttributes } from './temporal-namespace.js';

export interface TemporalOptions {
  /** Binary, as `locateServers` gives it. */
  path: string;
  /** Holds the state (`temporal.sqlite`), the log (`temporal.log`) and the lock. Made if it is not there. */
  directory: string;
  /** Made if it is not there; closed workflows are kept for 30 days. */
  namespace: string;
  /** Default: the port of last time if it is free, else any free one. */
  port?: number;
  searchAttributes: SearchAttributes;
  /** Settings of the server by key. The server accepts unknown keys without a word. */
  dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  log: Logger;
}

export interface TemporalServer extends RunningServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly namespace: string;
}

/** Starts it and waits until it answers with the namespace and the search attributes in place. */
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
      hint: 'npm run setup -- --servers provides it.',
    });
  }
}

/** The file's layout belongs to a server version, and the one-file server has no way to migrate it. */
function refuseOtherVersion(last: string, now: string, directory: string): void {
  const line = (version: string): string => version.split('.').slice(0, 2).join('.');
  if (line(last) === line(now)) return;
  throw new PortraitError(
    'INCOMPATIBLE',
    `The Temporal state in ${directory} was written by server ${last}; this one is ${now} and cannot be trusted with it.`,
    { hint: `Use a ${line(last)} server (PORTRAIT_TEMPORAL_SERVER), or another directory.` },
  );
}
