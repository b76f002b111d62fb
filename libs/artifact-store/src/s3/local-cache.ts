// Local copies of a bucket's bytes, in a folder that several processes share. Below people/<person>/: the copies (names as in the bucket),
// held/<process>/ with a hard link to every file handed out, tmp/ and locks/.
// A copy may be evicted at any time, because what was handed out is a link of its own: the bytes stay until the scope that holds them lets go.
// So the bound is on the copies; what running stages hold beyond it lasts as long as they do.
import { chmod, copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isPersonName } from '../layout.js';
import { removeFolder, sweepWorkFolders } from '../work-folders.js';

const COPIES = /^(checkpoints\/([0-9a-f]{16}\/)?)?blobs\/[0-9a-f]{2}\/[0-9a-f]{64}$/;

/** Looking at every copy takes time that grows with their number. In between only what this process adds is counted: what others add is seen so much later. */
const COUNT_EVERY_MS = 5_000;
/** A count that takes long is made so much more seldom: at most a fiftieth of the time goes into counting. */
const COUNT_SHARE = 50;

export class LocalCache {
  #counted = { total: 0, until: -Infinity };
  #counting: Promise<void> | null = null;

  constructor(
    readonly directory: string,
    readonly maxBytes: number,
  ) {}

  folder(person: string): string {
    return join(this.directory, 'people', person);
  }

  heldFolder(person: string): string {
    return join(this.folder(person), 'held');
  }

  workFolder(person: string): string {
    return join(this.folder(person), 'tmp');
  }

  /** Links a copy to `held`; false when there is none. Counts as its latest use. */
  async take(person: string, name: string, held: string): Promise<boolean> {
    const copy = join(this.folder(person), name);
    try {
      await linkOrCopy(copy, held);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    const now = new Date();
    await utimes(copy, now, now).catch(() => undefined);
    return true;
  }

  /** Makes a finished local file a copy, after making room for it; it stays where it is as well. A file larger than the bound is not kept. */
  async keep(person: string, name: string, file: string, bytes: number): Promise<void> {
    if (bytes > this.maxBytes) return;
    await this.makeRoom(bytes);
    const copy = join(this.folder(person), name);
    const now = new Date();
    await chmod(file, 0o444);
    await utimes(file, now, now);
    await mkdir(dirname(copy), { recursive: true });
    await linkOrCopy(file, copy).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    });
  }

  drop(person: string, name: string): Promise<void> {
    return rm(join(this.folder(person), name), { force: true });
  }

  /** Removes the copies used longest ago until there is room for `bytes` more. */
  async makeRoom(bytes = 0): Promise<void> {
    const full = (): boolean => this.#counted.total + bytes > this.maxBytes;
    if (full() || performance.now() > this.#counted.until) {
      this.#counting ??= this.#count(bytes).finally(() => (this.#counting = null));
      // Where there is room by the last count nobody waits for the next; before the first nobody knows.
      if (full() || this.#counted.until === -Infinity) await this.#counting;
      else this.#counting.catch(() => undefined);
      if (full()) await this.#count(bytes);
    }
    this.#counted.total += bytes;
  }

  async #count(bytes: number): Promise<void> {
    const began = performance.now();
    const total = await this.#evict(bytes);
    const now = performance.now();
    this.#counted = { total, until: now + Math.max(COUNT_EVERY_MS, (now - began) * COUNT_SHARE) };
  }

  /** @returns what is left, bytes */
  async #evict(bytes: number): Promise<number> {
    const copies = await this.#copies();
    let total = copies.reduce((sum, copy) => sum + copy.bytes, 0);
    for (const copy of copies.filter(({ held }) => !held).sort((a, b) => a.used - b.used)) {
      if (total + bytes <= this.maxBytes) break;
      await rm(copy.path, { force: true });
      total -= copy.bytes;
    }
    return total;
  }

  /** Everything here of one person, what is handed out included. */
  forget(person: string): Promise<void> {
    return removeFolder(this.folder(person));
  }

  /** Removes the copies of people who are no longer in the store: they were erased through another machine. */
  async forgetOthers(known: readonly string[]): Promise<void> {
    for (const person of await this.#people()) {
      if (known.includes(person)) continue;
      const folder = this.folder(person);
      for (const area of ['blobs', 'checkpoints']) await removeFolder(join(folder, area));
      // Not even the name stays, unless something is being made for a new person of that name.
      for (const empty of [this.heldFolder(person), this.workFolder(person), join(folder, 'locks'), folder])
        await rmdir(empty).catch(() => undefined);
    }
  }

  /** Removes what processes that are gone had in hand. */
  async sweep(): Promise<void> {
    for (const person of await this.#people()) {
      await sweepWorkFolders(this.heldFolder(person));
      await sweepWorkFolders(this.workFolder(person));
    }
  }

  async #people(): Promise<string[]> {
    return (await readdir(join(this.directory, 'people')).catch(() => [] as string[])).filter(isPersonName);
  }

  async #copies(): Promise<{ path: string; bytes: number; used: number; held: boolean }[]> {
    const found: { path: string; bytes: number; used: number; held: boolean }[] = [];
    for (const person of await this.#people()) {
      for (const area of ['blobs', 'checkpoints']) {
        for (const entry of await readdir(join(this.folder(person), area), { recursive: true }).catch(
          () => [] as string[],
        )) {
          if (!COPIES.test(`${area}/${entry.replaceAll('\\', '/')}`)) continue;
          const path = join(this.folder(person), area, entry);
          const status = await stat(path).catch(() => null);
          if (status) found.push({ path, bytes: status.size, used: status.mtimeMs, held: status.nlink > 1 });
        }
      }
    }
    return found;
  }
}

const isMissing = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

/** On a disk without hard links what is handed out is a copy of its own. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EMLINK', 'EXDEV'].includes(String((error as { code?: string }).code))) throw error;
    const draft = `${to}.${randomUUID()}`;
    await copyFile(from, draft);
    await rename(draft, to);
  }
}
