// Temporary folders that name the process they belong to, so that those of dead processes can be told and removed.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toPortraitError } from '@portrait/contracts';
import { isElsewhere, isGone, thisProcess, type Owner } from './owner.js';

/** The longest a stage may hold a folder on a disk that several machines share; only they cannot see each other's processes. */
const FOREIGN_LIFETIME_MS = 7 * 24 * 3600 * 1000;

export async function makeWorkFolder(parent: string): Promise<string> {
  const path = join(parent, `${thisProcess.pid}-${thisProcess.started}-${thisProcess.host}-${randomUUID()}`);
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw toPortraitError(error);
  });
  return path;
}

export const removeFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5 });

export async function scratchFolder(parent: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await makeWorkFolder(parent);
  return { path, [Symbol.asyncDispose]: () => removeFolder(path) };
}

/** Removes the folders of processes that are gone. */
export async function sweepWorkFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [] as string[])) {
    const path = join(parent, name);
    const owner = ownerOf(name);
    if (owner === null || (isElsewhere(owner) ? await isForgotten(path) : isGone(owner))) await removeFolder(path);
  }
}

/** Owner in a folder's name; older versions wrote the pid alone. Null for a name that no process made. */
function ownerOf(name: string): Owner | null {
  const [, pid, started, host] = /^(\d+)-(?:(\d*)-([0-9a-f]{8})-)?[0-9a-f]{8}-/.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), started: started ?? '', host: host ?? '' };
}

async function isForgotten(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > FOREIGN_LIFETIME_MS;
}
