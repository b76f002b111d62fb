// Runs the whole system on one machine: Temporal, MinIO and one process per service. Not for production, where a
// cluster runs the same programs with the same settings (infra/kubernetes).
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareBucket, restrictedCredentials, servicePolicy, type S3Connection } from '@portrait/artifact-store';
import { PortraitError, type Logger } from '@portrait/contracts';
import {
  locateServers,
  startMinio,
  startTemporal,
  type MinioServer,
  type TemporalServer,
} from '@portrait/local-servers';
import { startService, type ServiceProcess } from './service-process.js';
import { supervise, type Supervised } from './supervised-server.js';
import { requireBuilt, servicePrograms, type ServiceProgram } from './services.js';
import { apiAddress } from './system-record.js';

const NAMESPACE = 'portrait';
const BUCKET = 'portrait';
/** Maximum lifetime of temporary credentials; every start creates new ones. */
const CREDENTIALS_SECONDS = 604_800;
const DRAIN_MARGIN_MS = 15_000;
/** Stages use every core; a lower priority keeps API and orchestrator responsive. */
const STAGE_NICENESS = 10;

export interface SystemOptions {
  directory: string;
  /** Copies of a service; default 1. */
  copies?: Readonly<Record<string, number>>;
  /** Services to start; default all. */
  only?: readonly string[];
  apiPort?: number;
  /** Environment of every service; overrides the generated settings. */
  env?: Readonly<Record<string, string>>;
  /** Replaces the product's programs, for tests. */
  programs?: readonly ServiceProgram[];
  /** Settings of the Temporal server by key. */
  temporalConfig?: Readonly<Record<string, string | number | boolean>>;
  log: Logger;
  /** Cancels the start and stops everything started so far. */
  signal?: AbortSignal;
  onStep?(what: string): void;
  onRestart?(name: string, code: number | null, waitMs: number): void;
  /** Called after a server ended unexpectedly: null when it runs again, else why it could not start. */
  onServer?(name: string, error: Error | null): void;
}

export interface LocalSystem {
  temporal: Supervised<TemporalServer>;
  minio: Supervised<MinioServer>;
  services: ServiceProcess[];
  /** Environment of a process that uses the system with full rights. */
  env: Readonly<Record<string, string>>;
  apiUrl: string;
  /** SIGTERM to every service, then to the servers. */
  stop(): Promise<void>;
}

interface Secrets {
  rootUser: string;
  rootPassword: string;
}

export async function startSystem(options: SystemOptions): Promise<LocalSystem> {
  const {
    directory,
    copies = {},
    only,
    log,
    onStep = () => undefined,
    onRestart,
    onServer = () => undefined,
  } = options;
  const programs = (options.programs ?? servicePrograms()).filter(
    ({ name }) => only === undefined || only.includes(name),
  );
  requireBuilt(programs);
  const located = await locateServers();
  const { temporal: temporalPath, minio: minioPath } = located;
  if (temporalPath === null || minioPath === null) {
    throw new PortraitError(
      'DEPENDENCY_MISSING',
      `The Temporal or MinIO server is missing: ${Object.values(located.reasons).join(' ')}`,
      { hint: 'Run node infra/setup/setup.mjs --servers, then run the same command again.' },
    );
  }
  await mkdir(join(directory, 'logs'), { recursive: true });
  const secrets = await readSecrets(directory);
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    onStep('Temporal and MinIO');
    const restarted =
      (name: string) =>
      (error: Error | null): void =>
        onServer(name, error);
    const temporal = await supervise(
      (port) =>
        startTemporal({
          path: temporalPath,
          directory: join(directory, 'temporal'),
          namespace: NAMESPACE,
          searchAttributes: { PersonId: 'Keyword', Tenant: 'Keyword', Kind: 'Keyword' },
          ...(options.temporalConfig ? { dynamicConfig: options.temporalConfig } : {}),
          ...(port === undefined ? {} : { port }),
          log,
        }),
      restarted('Temporal'),
    );
    undo.push(() => temporal.stop());
    const minio = await supervise(
      (port) =>
        startMinio({
          path: minioPath,
          directory: join(directory, 'minio'),
          ...secrets,
          ...(port === undefined ? {} : { port }),
          log,
        }),
      restarted('MinIO'),
    );
    undo.push(() => minio.stop());
    const root: S3Connection = {
      endPoint: '127.0.0.1',
      port: minio.server.port,
      accessKey: secrets.rootUser,
      secretKey: secrets.rootPassword,
    };
    await prepareBucket(root, BUCKET);

    const apiPort = options.apiPort ?? 8080;
    const common: Record<string, string> = {
      PORTRAIT_TEMPORAL_ADDRESS: temporal.server.address,
      PORTRAIT_TEMPORAL_NAMESPACE: NAMESPACE,
      PORTRAIT_S3_ENDPOINT: minio.server.endpoint,
      PORTRAIT_S3_BUCKET: BUCKET,
      PORTRAIT_ARTIFACT_CACHE: join(directory, 'artifact-cache'),
      PORTRAIT_DATABASE: join(directory, 'database'),
      PORTRAIT_API_PORT: String(apiPort),
      ...options.env,
    };
    onStep(`${programs.length} services`);
    const services: ServiceProcess[] = [];
    const drainMs = Number(common['PORTRAIT_DRAIN_SECONDS'] ?? 20) * 1000 + DRAIN_MARGIN_MS;
    undo.push(() => Promise.all(services.map((service) => service.stop(drainMs))));
    for (const { name, main, role } of programs) {
      const env = {
        ...common,
        ...(role === null ? {} : await credentialsFor(root, role)),
        ...(name === 'api' ? asEraseCredentials(await credentialsFor(root, 'erase')) : {}),
      };
      const count = copies[name] ?? 1;
      for (let copy = 1; copy <= count; copy++) {
        const id = count === 1 ? name : `${name}-${copy}`;
        services.push(
          startService({
            name: id,
            main,
            env,
            logFile: join(directory, 'logs', `${id}.jsonl`),
            niceness: role === 'stage' ? STAGE_NICENESS : 0,
            ...(onRestart ? { onRestart } : {}),
          }),
        );
      }
    }
    await orAborted(options.signal, Promise.all(services.map((service) => waitUntilReady(service, directory))));
    return {
      temporal,
      minio,
      services,
      apiUrl: apiAddress(apiPort),
      stop,
      env: { ...common, PORTRAIT_S3_ACCESS_KEY: secrets.rootUser, PORTRAIT_S3_SECRET_KEY: secrets.rootPassword },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws PortraitError CANCELLED as soon as `signal` aborts */
async function orAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  const settled = new AbortController();
  const aborted = new Promise<never>((_, refuse) => {
    const cancel = (): void => refuse(new PortraitError('CANCELLED', 'Stopped on request.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
    work.catch(() => undefined);
  }
}

async function waitUntilReady(service: ServiceProcess, directory: string): Promise<void> {
  try {
    await service.ready();
  } catch (error) {
    // Only invalid settings end a service permanently.
    throw new PortraitError('INVALID_ARGUMENT', `${service.name} does not start: ${(error as Error).message}`, {
      cause: error,
      hint: `Read its log, ${join(directory, 'logs', `${service.name}.jsonl`)}.`,
    });
  }
}

async function credentialsFor(
  connection: S3Connection,
  role: Parameters<typeof servicePolicy>[0],
): Promise<Record<string, string>> {
  const keys = await restrictedCredentials({
    connection,
    policy: servicePolicy(role, BUCKET),
    seconds: CREDENTIALS_SECONDS,
  });
  return {
    PORTRAIT_S3_ACCESS_KEY: keys.accessKey,
    PORTRAIT_S3_SECRET_KEY: keys.secretKey,
    PORTRAIT_S3_SESSION_TOKEN: keys.sessionToken,
  };
}

const asEraseCredentials = (keys: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name.replace('PORTRAIT_S3_', 'PORTRAIT_S3_ERASE_'), value]),
  );

/** Created once, readable only by this user. */
async function readSecrets(directory: string): Promise<Secrets> {
  const path = join(directory, 'secrets.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') {
      throw new PortraitError('STORE_UNWRITABLE', `${path} cannot be read: ${(error as Error).message}`, {
        cause: error,
        hint: 'It contains the keys of this system: restore it, or move the folder away to start a new system.',
      });
    }
  }
  const secrets: Secrets = {
    rootUser: `portrait-${randomBytes(4).toString('hex')}`,
    rootPassword: randomBytes(24).toString('base64url'),
  };
  await writeFile(path, `${JSON.stringify(secrets)}\n`, { mode: 0o600, flag: 'wx' });
  return secrets;
}
