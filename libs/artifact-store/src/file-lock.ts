// A lock among processes: a file that names its holder. A holder that is gone does not hold.
// Processes of one machine are seen by their pid; those of another machine or container on the same disk by a time stamp that is kept fresh.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PortraitError } from '@portrait/contracts';
import { isElsewhere, isGone, thisProcess, type Owner } from './owner.js';

interface Holder extends Owner {
  since: string;
}

const FRESHEN_MS = 15_000;
const STALE_MS = 20 * FRESHEN_MS;
const ATTEMPTS = 20;
/** Holder of a lock file that cannot be read: it holds while it is fresh. */
const UNKNOWN: Holder = { pid: 0, started: '', host: '', since: 'an unknown time' };

/**
 * Takes the lock at `path`, released with `Symbol.asyncDispose`.
 * @param what named in the message, for example `head-training of anna`
 * @throws PortraitError STORE_BUSY, naming the holder
 */
export async function lockFile(path: string, what: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await place(path)) return hold(path);
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await holds(holder, path)) {
      throw new PortraitError(
        'STORE_BUSY',
        `Another run (process ${holder.pid}, since ${holder.since}) is working on ${what}.`,
        { hint: 'Wait for it, stop it, or use another --store.' },
      );
    }
    await removeDead(path);
  }
  throw new PortraitError('STORE_BUSY', `The lock of ${what} changes hands too fast.`, {
    hint: 'Run the same command again.',
  });
}

/** Puts a complete lock file at `path` in one step; false when there is one. A reader never sees a file half written. */
async function place(path: string): Promise<boolean> {
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
    // A disk without hard links (FAT): created exclusively, at the price of a moment in which it is empty.
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
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), FRESHEN_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** Removes a dead lock. Only one of several finders does, so that none takes away the new lock of another. */
async function removeDead(path: string): Promise<void> {
  const breaker = `${path}.breaking`;
  if (!(await place(breaker))) {
    const other = await readHolder(breaker);
    if (other !== null && !(await holds(other, breaker))) await rm(breaker, { force: true });
    await new Promise((settle) => setTimeout(settle, 5 + Math.random() * 20));
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder !== null && !(await holds(holder, path))) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

async function holds(holder: Holder, path: string): Promise<boolean> {
  if (holder.pid !== UNKNOWN.pid && !isElsewhere(holder)) return !isGone(holder);
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
