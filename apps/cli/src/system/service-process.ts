// One service as a child process: started again when it dies, with growing waits; ended by SIGTERM and the time to drain.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** A process that lived so long did not fail because of how it was started. */
const STEADY_MS = 60_000;

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Address of liveness, readiness and metrics; null until the service says it. */
  readonly health: string | null;
  /** Resolves when the service says it is ready, rejects when it ended for good before. */
  ready(): Promise<void>;
  /** SIGTERM; SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL to the running process, as a crash would; it is started again. */
  kill(): void;
}

export interface ServiceProcessOptions {
  name: string;
  main: string;
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** How readily it lets others go first, as `nice` counts: 0 as everyone, up to 19. */
  niceness: number;
  onRestart?(name: string, code: number | null, waitMs: number): void;
}

function lowerPriority(pid: number | undefined, niceness: number): void {
  if (pid === undefined || niceness === 0) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // A convenience: without it the others only answer later.
  }
}

/** An exit code that a new start would only repeat: wrong settings. */
const PERMANENT_EXIT_CODES = [2];

export function startService({ name, main, env, logFile, niceness, onRestart }: ServiceProcessOptions): ServiceProcess {
  const log = createWriteStream(logFile, { flags: 'a' });
  let child: ChildProcess | undefined;
  let stopping = false;
  let restarts = 0;
  let health: string | null = null;
  let lastWords = '';
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
      // Not a log line of ours; it is in the file.
    }
  };

  const once = (): Promise<number | null> =>
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
        lastWords = line;
        log.write(`${line}\n`);
      });
      running.once('error', (error) => readLine(error.message));
      running.once('close', (code) => done(code));
    });

  const life = (async () => {
    for (let wait = FIRST_WAIT_MS; !stopping;) {
      const began = Date.now();
      const code = await once();
      if (stopping) break;
      if (code !== null && PERMANENT_EXIT_CODES.includes(code)) {
        giveUp(new Error(lastWords));
        break;
      }
      wait = Date.now() - began > STEADY_MS ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, wait * 2);
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
