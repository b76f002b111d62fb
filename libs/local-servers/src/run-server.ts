// Starts any of the servers on its directory: claim, port, process, readiness; and gives the directory back when the server ends.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortraitError, type Logger } from '@portrait/contracts';
import { claimDirectory, type ServerDirectory } from './directory.js';
import { freePort } from './ports.js';
import { spawnServer, type ServerExit, type ServerProcess } from './server-process.js';

export type { ServerExit };

/** Far above what a start takes on a busy machine. */
const START_PATIENCE_MS = 120_000;
const POLL_MS = 50;

export interface RunningServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Settles when the server has ended, for whatever reason, and its directory is free again. */
  readonly exited: Promise<ServerExit>;
  /** SIGTERM, after 10 s SIGKILL. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut would. */
  kill(): Promise<void>;
}

export interface ServerPlan {
  title: string;
  path: string;
  /** As `makeDirectory` gives it; the log lies in it under `logName`. */
  directory: string;
  logName: string;
  /** Left out: the port of last time if it is free, else any. */
  port: number | undefined;
  version: string;
  args(port: number): string[];
  env: NodeJS.ProcessEnv;
  /** Looks at what last ran here before anything is started; throws to refuse. */
  check?(lastVersion: string): void;
  /** True as soon as the server answers. */
  ready(port: number): Promise<boolean>;
  /** Done once after it is ready. */
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
        // Between finding a free port and binding it another process can take it.
        if (
          plan.port === undefined &&
          attempt < 3 &&
          /address already in use|only one usage/i.test(await server.lastWords())
        )
          continue;
        throw error;
      }
      plan.log.info(`${plan.title} server is ready`, {
        pid: server.pid,
        port,
        directory: plan.directory,
        milliseconds: Date.now() - started,
      });
      return guarded(plan, server, port, claim);
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
    throw new PortraitError('INVALID_ARGUMENT', `Port ${wanted} for the ${title} server is taken by another program.`, {
      hint: 'Choose another port, or leave it out to have a free one picked.',
    });
  return found;
}

/** Waits until it answers and prepares it; the end of the process or of patience ends the wait. */
async function becomeReady(plan: ServerPlan, server: ServerProcess, port: number): Promise<void> {
  const failure = async (what: string): Promise<PortraitError> =>
    new PortraitError(
      'SERVER_UNREACHABLE',
      `The ${plan.title} server ${what}. Its last words:\n  ${await server.lastWords()}`,
      { hint: `The whole log is ${join(plan.directory, plan.logName)}.` },
    );
  let ended = false;
  const died = server.exited.then(async ({ code, signal }): Promise<never> => {
    ended = true;
    throw await failure(`ended before it was ready (${signal ?? `code ${code}`})`);
  });
  const answers = async (): Promise<void> => {
    for (const end = Date.now() + START_PATIENCE_MS; !(await plan.ready(port)); await sleep(POLL_MS)) {
      if (ended) return died;
      if (Date.now() > end) throw await failure(`did not answer within ${START_PATIENCE_MS / 1000} s`);
    }
    await plan.prepare?.(port);
  };
  await Promise.race([answers(), died]);
}

function guarded(
  { title, log }: ServerPlan,
  server: ServerProcess,
  port: number,
  claim: ServerDirectory,
): RunningServer {
  let wanted = false;
  const exited = server.exited.then(async (exit) => {
    if (!wanted) log.warn(`${title} server ended by itself`, { pid: server.pid, ...exit });
    await claim[Symbol.asyncDispose]();
    return exit;
  });
  const end = async (how: () => Promise<void>): Promise<void> => {
    wanted = true;
    await how();
    await exited;
  };
  const stop = (): Promise<void> => end(() => server.stop());
  return { pid: server.pid, port, exited, stop, kill: () => end(() => server.kill()), [Symbol.asyncDispose]: stop };
}

/** The environment of a server: the user's own settings for the same program are left out, home is the server's directory. */
export function serverEnvironment(prefix: string, directory: string, own: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith(prefix));
  return { ...Object.fromEntries(inherited), HOME: directory, USERPROFILE: directory, ...own };
}
