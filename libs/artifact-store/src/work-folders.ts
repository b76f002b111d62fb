// Temporary folders named after their process, so that folders of exited processes can be removed.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toPortraitError } from '@portrait/contracts';
import { isOnOtherMachine, hasExited, thisProcess, type Owner } from './process-owner.js';

/** Folders of other machines on a shared disk, whose processes are not visible, expire after this time. */
const MAX_FOREIGN_AGE_MS = 7 * 24 * 3600 * 1000;

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

/** Removes the folders of exited processes. */
export async function sweepWorkFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [] as string[])) {
    const path = join(parent, name);
    const owner = ownerOf(name);
    if (owner === null || (isOnOtherMachine(owner) ? await isExpired(path) : hasExited(owner)))
      await removeFolder(path);
  }
}

/** Owner in a folder's name; older versions wrote only the pid. Null for other names. */
function ownerOf(name: string): Owner | null {
  const [, pid, started, host] = /^(\d+)-(?:(\d*)-([0-9a-f]{8})-)?[0-9a-f]{8}-/.exec(name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), started: started ?? '', host: host ?? '' };
}

async function isExpired(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > MAX_FOREIGN_AGE_MS;
}
