// The artifact store in a folder; names in layout.ts. Drafts and scratch are in people/<person>/tmp, locks in
// people/<person>/locks. Renames make a draft visible, the manifest last.
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  PortraitError,
  type ArtifactDraft,
  type ArtifactFile,
  type ArtifactKind,
  type ArtifactRef,
} from '@portrait/contracts';
import { artifactRef, sha256File } from './digest.js';
import { hashFiles, importInto, openDraft, readJsonFile, type LocalFiles } from './draft.js';
import { corruptBytesError, missingBytesError, requireFile } from './store-errors.js';
import { lockFile } from './file-lock.js';
import { openRecords } from './file-records.js';
import { checkPerson, isPersonName, personKeys } from './layout.js';
import type { ArtifactScope, ArtifactStore, RecordStore } from './port.js';
import { removeFolder, scratchFolder, sweepWorkFolders } from './work-folders.js';

/** @throws PortraitError STORE_UNWRITABLE when `root` is not a folder this process can write. */
export async function openFileStore(root: string): Promise<ArtifactStore> {
  const people = join(resolve(root), 'people');
  await checkWritable(people, `The store ${root}`, 'Name a folder this user can write with --store.');
  return {
    async scope(person) {
      const scope = new FileScope(join(people, checkPerson(person)), person);
      await scope.sweep();
      return scope;
    },
    async people() {
      return (await readdir(people)).filter(isPersonName).sort();
    },
  };
}

/** @throws PortraitError STORE_UNWRITABLE */
export async function checkWritable(folder: string, what: string, hint: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `.probe-${randomUUID()}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new PortraitError('STORE_UNWRITABLE', `${what} cannot be written: ${(error as Error).message}`, {
      cause: error,
      hint,
    });
  }
}

class FileScope implements ArtifactScope {
  readonly records: RecordStore;
  readonly #work: string;
  readonly #verified = new Set<string>();

  constructor(
    private readonly root: string,
    readonly person: string,
  ) {
    this.records = openRecords(join(root, 'records'));
    this.#work = join(root, 'tmp');
  }

  async path(ref: ArtifactRef, name: string): Promise<string> {
    const file = requireFile(ref, name);
    const path = this.#place(personKeys.blob(ref, file.sha256));
    if (this.#verified.has(path)) return path;
    const found = await sha256File(path).catch((error: unknown) => {
      throw missingBytesError(ref, name, error);
    });
    if (found.sha256 !== file.sha256) throw corruptBytesError(ref, name, path);
    this.#verified.add(path);
    return path;
  }

  async readJson<T>(ref: ArtifactRef, name: string, schema?: { parse(value: unknown): T }): Promise<T> {
    return readJsonFile(await this.path(ref, name), schema);
  }

  create<K extends ArtifactKind>(kind: K, run?: string): Promise<ArtifactDraft<K>> {
    return openDraft(kind, this.#work, (files) => this.#publish(kind, files, run));
  }

  async importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>> {
    return importInto(await this.create(kind), name, path);
  }

  async discard(ref: ArtifactRef): Promise<void> {
    await rm(this.#place(personKeys.manifest(ref, ref.digest)), { force: true });
    for (const file of Object.values(ref.files))
      await rm(this.#place(personKeys.blob(ref, file.sha256)), { force: true });
  }

  scratch(): Promise<{ path: string } & AsyncDisposable> {
    return scratchFolder(this.#work);
  }

  lock(name: string): Promise<AsyncDisposable> {
    return lockFile(join(this.root, 'locks', `${name}.lock`), `${name} of ${this.person}`);
  }

  erase(): Promise<void> {
    return removeFolder(this.root);
  }

  sweep(): Promise<void> {
    return sweepWorkFolders(this.#work);
  }

  /** Nothing to release: paths are the stored files themselves. */
  async [Symbol.asyncDispose](): Promise<void> {}

  async #publish<K extends ArtifactKind>(kind: K, paths: LocalFiles, run?: string): Promise<ArtifactRef<K>> {
    const files = await hashFiles(kind, paths);
    const ref = artifactRef(kind, files, run);
    for (const [name, file] of Object.entries(files)) {
      const blob = this.#place(personKeys.blob(ref, file.sha256));
      if (await hasContent(blob, file)) continue;
      await mkdir(dirname(blob), { recursive: true });
      await chmod(paths[name]!, 0o444);
      await rename(paths[name]!, blob);
    }
    const manifest = this.#place(personKeys.manifest(ref, ref.digest));
    const draft = `${manifest}.${randomUUID()}`;
    await mkdir(dirname(manifest), { recursive: true });
    await writeFile(draft, JSON.stringify(ref));
    await rename(draft, manifest);
    return ref;
  }

  #place(name: string): string {
    return join(this.root, name);
  }
}

/** Hashes only a file of the right size. A damaged blob is replaced by the bytes being published. */
async function hasContent(path: string, { sha256, bytes }: ArtifactFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.size === bytes && (await sha256File(path)).sha256 === sha256;
}
