// Runs one service as a child process: restarts it with exponential backoff, stops it with SIGTERM and a grace period.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** After this uptime the backoff starts over. */
const STABLE_UPTIME_MS = 60_000;

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Address of liveness, readiness and metrics; null until the service logs it. */
  readonly health: string | null;
  /** Resolves when the service logs that it is ready; rejects when it ends permanently before. */
  ready(): Promise<void>;
  /** SIGTERM; SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Kills the running process with SIGKILL, as a crash would; it is restarted. */
  kill(): void;
}

interface ServiceProcessOptions {
  name: string;
  main: string;
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** Unix nice value: 0 (normal) to 19 (lowest priority). */
  niceness: number;
  onRestart?(name: string, code: number | null, waitMs: number): void;
}

function lowerPriority(pid: number | undefined, niceness: number): void {
  if (pid === undefined || niceness === 0) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // Optional: without it the other services only respond more slowly.
  }
}

/** Exit codes after which a restart is useless: invalid settings. */
const PERMANENT_EXIT_CODES = [2];

export function startService({ name, main, env, logFile, niceness, onRestart }: ServiceProcessOptions): ServiceProcess {
  const log = createWriteStream(logFile, { flags: 'a' });
  let child: ChildProcess | undefined;
  let stopping = false;
  let restarts = 0;
  let health: string | null = null;
  let lastErrorLine = '';
  let becomeReady: () => void = () => undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve;
    giveUp = reject;
  });
  ready.catch(() => undefined);

  const readLine = (line: string): void => {
    log.write(`${line}\n`);
    if (!line.startsWith('{')) return;
    try {
      const { msg, health: url } = JSON.parse(line) as { msg?: string; health?: string };
      if (msg === 'Starting' && url) health = url;
      if (msg === 'Ready') becomeReady();
    } catch {
      // Not a JSON log line; the file has it.
    }
  };

  const runOnce = (): Promise<number | null> =>
    new Promise((done) => {
      const running = spawn(process.execPath, [main], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
      child = running;
      lowerPriority(running.pid, niceness);
      createInterface({ input: running.stdout }).on('line', readLine);
      createInterface({ input: running.stderr }).on('line', (line) => {
        lastErrorLine = line;
        log.write(`${line}\n`);
      });
      running.once('error', (error) => readLine(error.message));
      running.once('close', (code) => done(code));
    });

  const life = (async () => {
    for (let wait = FIRST_WAIT_MS; !stopping;) {
      const began = Date.now();
      const code = await runOnce();
      if (stopping) break;
      if (code !== null && PERMANENT_EXIT_CODES.includes(code)) {
        giveUp(new Error(lastErrorLine));
        break;
      }
      wait = Date.now() - began > STABLE_UPTIME_MS ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, wait * 2);
      restarts++;
      onRestart?.(name, code, wait);
      await sleep(wait);
    }
    log.end();
  })();

  return {
    name,
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    get health() {
      return health;
    },
    ready: () => ready,
    async stop(graceMs) {
      stopping = true;
      child?.kill('SIGTERM');
      const force = setTimeout(() => child?.kill('SIGKILL'), graceMs);
      await life;
      clearTimeout(force);
    },
    kill: () => void child?.kill('SIGKILL'),
  };
}
