// One server as a child process: its log file, its end, and that it does not outlive this process where the system can see to that.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, constants, open, rename, stat } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { STOP_GRACE_MS } from './directory.js';

/** A log this large is put aside (one earlier log is kept) when the server starts. */
const LARGE_LOG = 16 * 2 ** 20;

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** What the server wrote last since it started, for messages. */
  lastWords(): Promise<string>;
  /** Asks it to end, and ends it after 10 s. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
}

export interface SpawnOptions {
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
 * Command that starts another so that the system ends it when this process is gone, however it went; [] where there is none.
 * The system watches the thread that started it: servers are to be started from the main thread.
 */
let leash: Promise<string[]> | null = null;
function findLeash(): Promise<string[]> {
  const setpriv = ['setpriv', '--pdeathsig', 'TERM'];
  leash ??=
    process.platform !== 'linux'
      ? Promise.resolve([])
      : new Promise((done) =>
          execFile(setpriv[0]!, [...setpriv.slice(1), 'true'], (error) => done(error === null ? setpriv : [])),
        );
  return leash;
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
      hint: 'npm run setup -- --servers provides it.',
    });
  });
  const { size: before } = await stat(logFile).catch(() => ({ size: 0 }));
  if (before > LARGE_LOG) await rename(logFile, `${logFile}.earlier`);
  const file = await open(logFile, 'a');
  const start = (await file.stat()).size;
  const [command, ...rest] = [...(await findLeash()), path, ...args];
  // A process group of its own: Ctrl-C reaches this process only, which stops its servers in order.
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
    async lastWords() {
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

/** The last lines of a file, from `start` on. */
async function tail(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const end = (await file.stat()).size;
    const length = Math.min(end - start, 4096);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, end - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-8).join('\n  ');
  } finally {
    await file.close();
  }
}
