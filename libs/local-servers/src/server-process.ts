// Runs one server as a child process with a log file. Where the system supports it, the server ends with this process.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, constants, open, rename, stat } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { STOP_GRACE_MS } from './server-directory.js';

/** A larger log is rotated at the start of the server; one earlier log is kept. */
const MAX_LOG_BYTES = 16 * 2 ** 20;

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** The last log lines since the start, for error messages. */
  logTail(): Promise<string>;
  /** SIGTERM, then SIGKILL after 10 s. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

interface SpawnOptions {
  title: string;
  path: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  directory: string;
  logFile: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/**
 * Command prefix that makes Linux end the child when this process dies; [] where the system has none.
 * The kernel watches the thread that spawned the child: start servers from the main thread.
 */
let parentDeathCommand: Promise<string[]> | null = null;
function findParentDeathCommand(): Promise<string[]> {
  const setpriv = ['setpriv', '--pdeathsig', 'TERM'];
  parentDeathCommand ??=
    process.platform !== 'linux'
      ? Promise.resolve([])
      : new Promise((done) =>
          execFile(setpriv[0]!, [...setpriv.slice(1), 'true'], (error) => done(error === null ? setpriv : [])),
        );
  return parentDeathCommand;
}

export async function spawnServer({
  title,
  path,
  args,
  env,
  directory,
  logFile,
}: SpawnOptions): Promise<ServerProcess> {
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new PortraitError('DEPENDENCY_MISSING', `The ${title} server ${path} cannot be run.`, {
      cause,
      hint: 'Run npm run setup -- --servers to install it.',
    });
  });
  const { size: before } = await stat(logFile).catch(() => ({ size: 0 }));
  if (before > MAX_LOG_BYTES) await rename(logFile, `${logFile}.earlier`);
  const file = await open(logFile, 'a');
  const start = (await file.stat()).size;
  const [command, ...rest] = [...(await findParentDeathCommand()), path, ...args];
  // A separate process group: Ctrl-C reaches only this process, which stops its servers in order.
  const child = spawn(command!, rest, {
    cwd: directory,
    env,
    stdio: ['ignore', file.fd, file.fd],
    detached: true,
    windowsHide: true,
  });
  running.add(child);
  let failure = '';
  const exited = new Promise<ServerExit>((done) => {
    child.once('exit', (code, signal) => done({ code, signal }));
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      failure = error.message;
      done({ code: null, signal: null });
    });
  });
  void exited.then(() => running.delete(child));
  await file.close();
  return {
    pid: child.pid ?? 0,
    exited,
    async logTail() {
      return failure || (await tail(logFile, start));
    },
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const MAX_TAIL_BYTES = 65_536;
const TAIL_LINES = 8;

/** The last lines of a file, after byte `start`; of a Go program that crashed, the first lines of its panic. */
async function tail(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const end = (await file.stat()).size;
    const length = Math.min(end - start, MAX_TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, end - length);
    const lines = buffer.toString('utf8').trimEnd().split('\n');
    const panic = lines.findIndex((line) => line.startsWith('panic:'));
    const shown = panic < 0 ? lines.slice(-TAIL_LINES) : lines.slice(panic, panic + TAIL_LINES);
    return shown.join('\n  ');
  } finally {
    await file.close();
  }
}
