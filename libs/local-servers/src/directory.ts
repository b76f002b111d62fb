// The directory of one server: who may use it, what last ran on it, and the end of a server that outlived its starter.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockFile } from '@portrait/artifact-store';
import { PortraitError, toPortraitError, type Logger } from '@portrait/contracts';

const run = promisify(execFile);
const RECORD = 'server.json';
export const STOP_GRACE_MS = 10_000;

/** What last ran on a directory. */
export interface ServerRecord {
  pid: number;
  port: number;
  version: string;
}

export interface ServerDirectory extends AsyncDisposable {
  readonly last: ServerRecord | null;
  write(record: ServerRecord): Promise<void>;
}

/** Makes it where it is not there; gives its one true name, by which its server is recognised later. */
export async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(path);
  } catch (error) {
    throw toPortraitError(error);
  }
}

/** Takes the directory for this process. The servers themselves would not notice a second one on the same files. */
export async function claimDirectory(directory: string, title: string, log: Logger): Promise<ServerDirectory> {
  const lock = await lockFile(join(directory, 'server.lock'), `the ${title} server of ${directory}`).catch(
    (error: unknown) => {
      if (!(error instanceof PortraitError) || error.code !== 'STORE_BUSY') throw error;
      throw new PortraitError('STORE_BUSY', error.message, {
        cause: error,
        hint: 'Use the server that is running, stop that process, or choose another directory.',
      });
    },
  );
  try {
    const last = await readRecord(directory);
    if (last !== null) await stopOrphan(last.pid, directory, title, log);
    return {
      last,
      async write(record) {
        const path = join(directory, RECORD);
        await writeFile(`${path}.new`, JSON.stringify(record));
        await rename(`${path}.new`, path);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(lock[Symbol.asyncDispose]()),
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function readRecord(directory: string): Promise<ServerRecord | null> {
  try {
    return JSON.parse(await readFile(join(directory, RECORD), 'utf8')) as ServerRecord;
  } catch {
    return null;
  }
}

/** The command line of a process, or '' where it is gone, a zombie, or the system does not tell. */
export async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    if (process.platform === 'win32') {
      return (
        await run(
          'powershell',
          ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`],
          { windowsHide: true },
        )
      ).stdout.trim();
    }
    return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}

/** The lock's holder is dead, so a server that still runs on the directory belongs to nobody. A reused pid does not name the directory. */
async function stopOrphan(pid: number, directory: string, title: string, log: Logger): Promise<void> {
  const isOurs = async (): Promise<boolean> => (await commandLine(pid)).includes(directory + sep);
  if (!(await isOurs())) return;
  log.warn(`a ${title} server was left running on the directory and is stopped`, { pid, directory });
  for (const [signal, patienceMs] of [
    ['SIGTERM', STOP_GRACE_MS],
    ['SIGKILL', STOP_GRACE_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // It went by itself.
    }
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
      if (!(await isOurs())) return;
    }
  }
  throw new PortraitError(
    'STORE_BUSY',
    `A ${title} server (process ${pid}) is still running on ${directory} and does not end.`,
    { hint: 'End that process, then start again.' },
  );
}
