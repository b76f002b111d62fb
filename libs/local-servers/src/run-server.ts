// Starts a server on its directory: lock, port, process, readiness. Releases the directory when the server ends.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortraitError, type Logger } from '@portrait/contracts';
import { claimDirectory, type ServerDirectory } from './server-directory.js';
import { freePort } from './ports.js';
import { spawnServer, type ServerExit, type ServerProcess } from './server-process.js';

/** Far more than a start takes on a busy machine. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
const MAX_START_ATTEMPTS = 3;

export interface RunningServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Settles when the server has ended and its directory is free again. */
  readonly exited: Promise<ServerExit>;
  /** SIGTERM, then SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

interface ServerPlan {
  title: string;
  path: string;
  /** From `makeDirectory`; contains the log `logName`. */
  directory: string;
  logName: string;
  /** Undefined: the last port if it is free, else any free port. */
  port: number | undefined;
  version: string;
  args(port: number): string[];
  env: NodeJS.ProcessEnv;
  /** Called before the start with the version of the last server; throws to refuse. */
  check?(lastVersion: string): void;
  /** True when the server answers. */
  ready(port: number): Promise<boolean>;
  /** Called once, after the server is ready. */
  prepare?(port: number): Promise<void>;
  log: Logger;
}

export async function runServer(plan: ServerPlan): Promise<RunningServer> {
  const claim = await claimDirectory(plan.directory, plan.title, plan.log);
  try {
    if (claim.last !== null) plan.check?.(claim.last.version);
    for (let attempt = 1; ; attempt++) {
      const port = await choosePort(plan, claim);
      const started = Date.now();
      const server = await spawnServer({ ...plan, args: plan.args(port), logFile: join(plan.directory, plan.logName) });
      try {
        await claim.write({ pid: server.pid, port, version: plan.version });
        await becomeReady(plan, server, port);
      } catch (error) {
        await server.kill();
        // Another process may have taken a free port before the server bound it: ours, which the server reports, or one
        // that the server chose for itself, on which Temporal panics.
        const lostPort = /address already in use|only one usage|^panic:/im.test(await server.logTail());
        if (lostPort && plan.port === undefined && attempt < MAX_START_ATTEMPTS) continue;
        throw error;
      }
      plan.log.info(`${plan.title} server is ready`, {
        pid: server.pid,
        port,
        directory: plan.directory,
        milliseconds: Date.now() - started,
      });
      return toRunningServer(plan, server, port, claim);
    }
  } catch (error) {
    await claim[Symbol.asyncDispose]();
    throw error;
  }
}

async function choosePort({ title, port }: ServerPlan, { last }: ServerDirectory): Promise<number> {
  const wanted = port ?? last?.port ?? 0;
  const found = (await freePort(wanted)) ?? (port === undefined ? await freePort() : null);
  if (found === null)
    throw new PortraitError('INVALID_ARGUMENT', `Port ${wanted} of the ${title} server is in use by another program.`, {
      hint: 'Choose another port, or omit it to use any free port.',
    });
  return found;
}

/** Waits until the server answers and prepares it. @throws PortraitError SERVER_UNREACHABLE on exit or timeout */
async function becomeReady(plan: ServerPlan, server: ServerProcess, port: number): Promise<void> {
  const failure = async (what: string): Promise<PortraitError> =>
    new PortraitError(
      'SERVER_UNREACHABLE',
      `The ${plan.title} server ${what}. Last log lines:\n  ${await server.logTail()}`,
      { hint: `Read the whole log in ${join(plan.directory, plan.logName)}.` },
    );
  let ended = false;
  const died = server.exited.then(async ({ code, signal }): Promise<never> => {
    ended = true;
    throw await failure(`ended before it was ready (${signal ?? `code ${code}`})`);
  });
  const answers = async (): Promise<void> => {
    for (const end = Date.now() + START_TIMEOUT_MS; !(await plan.ready(port)); await sleep(POLL_MS)) {
      if (ended) return died;
      if (Date.now() > end) throw await failure(`did not answer within ${START_TIMEOUT_MS / 1000} s`);
    }
    await plan.prepare?.(port);
  };
  await Promise.race([answers(), died]);
}

function toRunningServer(
  { title, log }: ServerPlan,
  server: ServerProcess,
  port: number,
  claim: ServerDirectory,
): RunningServer {
  let stopRequested = false;
  const exited = server.exited.then(async (exit) => {
    if (!stopRequested) log.warn(`${title} server ended unexpectedly`, { pid: server.pid, ...exit });
    await claim[Symbol.asyncDispose]();
    return exit;
  });
  const end = async (how: () => Promise<void>): Promise<void> => {
    stopRequested = true;
    await how();
    await exited;
  };
  const stop = (): Promise<void> => end(() => server.stop());
  return { pid: server.pid, port, exited, stop, kill: () => end(() => server.kill()), [Symbol.asyncDispose]: stop };
}

/** Environment of a server: without the user's own settings for that program, and with HOME set to its directory. */
export function serverEnvironment(prefix: string, directory: string, own: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith(prefix));
  return { ...Object.fromEntries(inherited), HOME: directory, USERPROFILE: directory, ...own };
}
