// A lock among processes: a file that names its holder. The lock of an exited process is void. A process of this
// machine is identified by its pid; one of another machine or container on the same disk refreshes a time stamp.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PortraitError } from '@portrait/contracts';
import { isOnOtherMachine, hasExited, thisProcess, type Owner } from './process-owner.js';

interface Holder extends Owner {
  since: string;
}

const REFRESH_MS = 15_000;
const STALE_MS = 20 * REFRESH_MS;
const MAX_ATTEMPTS = 20;
/** Holder of an unreadable lock file, which is valid while it is fresh. */
const UNKNOWN: Holder = { pid: 0, started: '', host: '', since: 'an unknown time' };

/**
 * Takes the lock at `path`, released with `Symbol.asyncDispose`.
 * @param what named in the message, for example `head-training of anna`
 * @throws PortraitError STORE_BUSY, naming the holder
 */
export async function lockFile(path: string, what: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await createLockFile(path)) return hold(path);
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await isHeld(holder, path)) {
      throw new PortraitError(
        'STORE_BUSY',
        `Another run (process ${holder.pid}, since ${holder.since}) is working on ${what}.`,
        { hint: 'Wait for it, stop it, or use another --store.' },
      );
    }
    await removeStaleLock(path);
  }
  throw new PortraitError(
    'STORE_BUSY',
    `The lock of ${what} changed holders ${MAX_ATTEMPTS} times while waiting for it.`,
    {
      hint: 'Run the same command again.',
    },
  );
}

/** Creates a complete lock file in one step; false when there is one. A reader never sees a half-written file. */
async function createLockFile(path: string): Promise<boolean> {
  const holder: Holder = { ...thisProcess, since: new Date().toISOString() };
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    // A disk without hard links (FAT): created exclusively, but empty for a moment.
    return await writeFile(path, JSON.stringify(holder), { flag: 'wx' }).then(
      () => true,
      (failure: { code?: string }) => {
        if (failure.code === 'EEXIST') return false;
        throw failure;
      },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

function hold(path: string): AsyncDisposable {
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), REFRESH_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** Removes a stale lock. Only one of several finders does, so that none removes the new lock of another. */
async function removeStaleLock(path: string): Promise<void> {
  const breaker = `${path}.breaking`;
  if (!(await createLockFile(breaker))) {
    const other = await readHolder(breaker);
    if (other !== null && !(await isHeld(other, breaker))) await rm(breaker, { force: true });
    await new Promise((settle) => setTimeout(settle, 5 + Math.random() * 20));
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder !== null && !(await isHeld(holder, path))) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

async function isHeld(holder: Holder, path: string): Promise<boolean> {
  if (holder.pid !== UNKNOWN.pid && !isOnOtherMachine(holder)) return !hasExited(holder);
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs < STALE_MS;
}

/** Null when there is no lock. */
async function readHolder(path: string): Promise<Holder | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return { ...UNKNOWN, ...(JSON.parse(text) as Partial<Holder>) };
  } catch {
    return UNKNOWN;
  }
}
