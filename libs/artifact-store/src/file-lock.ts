// A lock among processes of one machine: a file that names its holder. A holder that is gone does not hold.
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PortraitError } from '@portrait/contracts';

interface Holder {
  pid: number;
  /** Start of the process in clock ticks, where the system tells: tells a reused pid from the holder. */
  started: string;
  since: string;
}

function processStart(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return false;
  }
  const started = processStart(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

export async function lockFile(path: string, what: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(path, 'wx');
      const holder: Holder = { pid: process.pid, started: processStart(process.pid), since: new Date().toISOString() };
      await handle.writeFile(JSON.stringify(holder));
      await handle.close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
      const holder = await readHolder(path);
      if (holder && isAlive(holder)) {
        throw new PortraitError('STORE_BUSY', `Another run (process ${holder.pid}, since ${holder.since}) is working on ${what}.`, { hint: 'Wait for it, stop it, or use another --store.' });
      }
      // Taken away under a name of our own, so that two finders of a dead lock do not delete each other's new one.
      const grave = `${path}.${process.pid}.dead`;
      await rename(path, grave).catch(() => undefined);
      await rm(grave, { force: true });
    }
  }
  throw new PortraitError('STORE_BUSY', `The lock of ${what} changes hands too fast.`, { hint: 'Run the same command again.' });
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}
