// The directory of one server: lock, record of the last process, and clean-up of a server that outlived its parent.
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

/** The last server process of a directory. */
interface ServerRecord {
  pid: number;
  port: number;
  version: string;
}

export interface ServerDirectory extends AsyncDisposable {
  readonly last: ServerRecord | null;
  write(record: ServerRecord): Promise<void>;
}

/** Creates the directory if needed. @returns its real path, which later identifies its server's command line */
export async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(path);
  } catch (error) {
    throw toPortraitError(error);
  }
}

/** Locks the directory for this process. The servers themselves do not detect a second server on the same files. */
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

/** The command line of a process, or '' if it has ended, is a zombie, or cannot be inspected. */
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

/**
 * Stops a server that outlived its parent: the lock is free, so nobody else uses the directory. A reused pid is not
 * mistaken for it, because its command line does not contain the directory.
 */
async function stopOrphan(pid: number, directory: string, title: string, log: Logger): Promise<void> {
  const isOurs = async (): Promise<boolean> => (await commandLine(pid)).includes(directory + sep);
  if (!(await isOurs())) return;
  log.warn(`Stopping a ${title} server that was left running`, { pid, directory });
  for (const [signal, timeoutMs] of [
    ['SIGTERM', STOP_GRACE_MS],
    ['SIGKILL', STOP_GRACE_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already.
    }
    for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) {
      if (!(await isOurs())) return;
    }
  }
  throw new PortraitError(
    'STORE_BUSY',
    `A ${title} server (process ${pid}) still runs on ${directory} and does not end.`,
    { hint: 'End that process, then start again.' },
  );
}
