// Local copies of a bucket in a folder that several processes share. Below people/<person>/: the copies (names as in
// the bucket), held/<process>/ with a hard link to every file handed out, tmp/ and locks/. A copy can be evicted at any
// time: the link keeps the bytes until the scope releases it. The bound applies to copies; held files come on top.
import { chmod, copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isPersonName } from '../layout.js';
import { removeFolder, sweepWorkFolders } from '../work-folders.js';

const COPY_NAME = /^(checkpoints\/([0-9a-f]{16}\/)?)?blobs\/[0-9a-f]{2}\/[0-9a-f]{64}$/;

/** Between counts of all copies, only bytes that this process adds are counted. */
const MIN_COUNT_INTERVAL_MS = 5_000;
/** The next count waits this many times the duration of the last one, so counting takes at most 2 % of the time. */
const COUNT_INTERVAL_FACTOR = 50;

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

  /** Links a copy to `held` and marks it used; false when there is none. */
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

  /** Adds a finished local file as a copy, after evicting others. A file larger than the bound is not added. */
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

  /** Evicts the least recently used copies until there is room for `bytes` more. */
  async makeRoom(bytes = 0): Promise<void> {
    const full = (): boolean => this.#counted.total + bytes > this.maxBytes;
    if (full() || performance.now() > this.#counted.until) {
      this.#counting ??= this.#count(bytes).finally(() => (this.#counting = null));
      // Wait for the count only without room by the last one, or before the first.
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
    this.#counted = { total, until: now + Math.max(MIN_COUNT_INTERVAL_MS, (now - began) * COUNT_INTERVAL_FACTOR) };
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

  /** Removes everything of one person, files in use included. */
  forget(person: string): Promise<void> {
    return removeFolder(this.folder(person));
  }

  /** Removes the copies of people no longer in the store, erased through another machine. */
  async forgetOthers(known: readonly string[]): Promise<void> {
    for (const person of await this.#people()) {
      if (known.includes(person)) continue;
      const folder = this.folder(person);
      for (const area of ['blobs', 'checkpoints']) await removeFolder(join(folder, area));
      // Removes the empty folders too; they stay if a new person of that name is in progress.
      for (const empty of [this.heldFolder(person), this.workFolder(person), join(folder, 'locks'), folder])
        await rmdir(empty).catch(() => undefined);
    }
  }

  /** Removes work folders of exited processes. */
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
          if (!COPY_NAME.test(`${area}/${entry.replaceAll('\\', '/')}`)) continue;
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

/** Copies on a disk without hard links. */
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
