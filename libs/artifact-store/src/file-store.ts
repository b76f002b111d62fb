// The artifact store in a folder:
//   people/<person>/blobs/<aa>/<sha256>   bytes, read-only      people/<person>/artifacts/<digest>.json   what belongs together
//   people/<person>/records/<name>.json   run reports …         people/<person>/tmp/<pid>-<id>/            drafts and scratch
// A draft becomes visible by renames, the manifest last.
import { randomUUID } from 'node:crypto';
import { access, chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ARTIFACT_KINDS, PortraitError, fileNameSchema, toPortraitError, type ArtifactDraft, type ArtifactFile, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import { artifactDigest, sha256File } from './digest.js';
import { lockFile } from './file-lock.js';
import { openRecords } from './file-records.js';
import type { ArtifactScope, ArtifactStore, RecordStore } from './port.js';

const PERSON = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** @throws PortraitError STORE_UNWRITABLE when `root` is not a folder this process can write. */
export async function openFileStore(root: string): Promise<ArtifactStore> {
  const people = join(resolve(root), 'people');
  try {
    await mkdir(people, { recursive: true });
    const probe = join(people, `.probe-${randomUUID()}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new PortraitError('STORE_UNWRITABLE', `The store ${root} cannot be written: ${(error as Error).message}`, { cause: error, hint: 'Give a folder this user may write with --store.' });
  }
  return {
    async scope(person) {
      if (!PERSON.test(person)) throw new PortraitError('INVALID_ARGUMENT', `"${person}" is not a person's name: lower-case letters, digits, - and _, at most 64.`);
      const scope = new FileScope(join(people, person), person);
      await scope.sweep();
      return scope;
    },
    async people() {
      return (await readdir(people)).filter((name) => PERSON.test(name)).sort();
    },
  };
}

class FileScope implements ArtifactScope {
  readonly records: RecordStore;
  readonly #verified = new Set<string>();

  constructor(
    private readonly root: string,
    readonly person: string,
  ) {
    this.records = openRecords(join(root, 'records'));
  }

  async path(ref: ArtifactRef, name: string): Promise<string> {
    const file = ref.files[name];
    if (!file) throw new PortraitError('NOT_FOUND', `The ${ref.kind} artifact ${short(ref.digest)} has no file ${name}.`);
    const path = this.#blob(file.sha256);
    if (this.#verified.has(file.sha256)) return path;
    const found = await sha256File(path).catch((error: unknown) => {
      throw new PortraitError('NOT_FOUND', `The bytes of ${name} (${ref.kind} ${short(ref.digest)}) are not in the store.`, { cause: error, hint: 'Run the stage that makes it again.' });
    });
    if (found.sha256 !== file.sha256) {
      throw new PortraitError('ARTIFACT_CORRUPT', `The stored bytes of ${name} (${ref.kind} ${short(ref.digest)}) have changed.`, { at: { file: path }, hint: 'Delete this file and run the stage that makes it again.' });
    }
    this.#verified.add(file.sha256);
    return path;
  }

  async readJson<T>(ref: ArtifactRef, name: string, schema?: { parse(value: unknown): T }): Promise<T> {
    const value: unknown = JSON.parse(await readFile(await this.path(ref, name), 'utf8'));
    return schema ? schema.parse(value) : (value as T);
  }

  async create<K extends ArtifactKind>(kind: K): Promise<ArtifactDraft<K>> {
    const directory = await this.#temporary();
    const checked = (name: string): string => {
      const declared: readonly string[] = ARTIFACT_KINDS[kind].files;
      if (!fileNameSchema.safeParse(name).success || !(declared.includes('*') || declared.includes(name))) {
        throw new PortraitError('INTERNAL', `An artifact of kind ${kind} has no file ${name}.`);
      }
      return join(directory, name);
    };
    return {
      path: checked,
      write: (name, bytes) => writeFile(checked(name), bytes),
      writeJson: (name, value) => writeFile(checked(name), `${JSON.stringify(value, null, 2)}\n`),
      discard: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
      commit: async () => {
        try {
          return await this.#commit(kind, directory);
        } catch (error) {
          throw toPortraitError(error);
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      },
    };
  }

  async importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>> {
    const draft = await this.create(kind);
    await copyFile(path, draft.path(name));
    return draft.commit();
  }

  async discard(ref: ArtifactRef): Promise<void> {
    await rm(this.#manifest(ref.digest), { force: true });
    for (const file of Object.values(ref.files)) await rm(this.#blob(file.sha256), { force: true });
  }

  async scratch(): Promise<{ path: string } & AsyncDisposable> {
    const path = await this.#temporary();
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  }

  lock(name: string): Promise<AsyncDisposable> {
    return lockFile(join(this.root, 'locks', `${name}.lock`), `${name} of ${this.person}`);
  }

  async erase(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Removes drafts and scratch of processes that are gone. */
  async sweep(): Promise<void> {
    const directory = join(this.root, 'tmp');
    for (const name of await readdir(directory).catch(() => [] as string[])) {
      const pid = Number(name.split('-')[0]);
      try {
        process.kill(pid, 0);
      } catch {
        await rm(join(directory, name), { recursive: true, force: true });
      }
    }
  }

  async #commit<K extends ArtifactKind>(kind: K, directory: string): Promise<ArtifactRef<K>> {
    const files: Record<string, ArtifactFile> = {};
    for (const name of (await readdir(directory)).sort()) files[name] = await sha256File(join(directory, name));
    for (const declared of ARTIFACT_KINDS[kind].files) {
      if (declared !== '*' && !files[declared]) throw new PortraitError('INTERNAL', `An artifact of kind ${kind} lacks its file ${declared}.`);
    }
    const digest = artifactDigest(kind, files);
    for (const [name, file] of Object.entries(files)) {
      const blob = this.#blob(file.sha256);
      if (await exists(blob, file.bytes)) continue;
      await mkdir(dirname(blob), { recursive: true });
      await chmod(join(directory, name), 0o444);
      await rename(join(directory, name), blob);
    }
    const ref: ArtifactRef<K> = { kind, digest, files };
    const manifest = this.#manifest(digest);
    await mkdir(dirname(manifest), { recursive: true });
    await writeFile(`${manifest}.${process.pid}`, JSON.stringify(ref));
    await rename(`${manifest}.${process.pid}`, manifest);
    return ref;
  }

  async #temporary(): Promise<string> {
    const path = join(this.root, 'tmp', `${process.pid}-${randomUUID()}`);
    await mkdir(path, { recursive: true }).catch((error: unknown) => {
      throw toPortraitError(error);
    });
    return path;
  }

  #blob(hash: string): string {
    return join(this.root, 'blobs', hash.slice(0, 2), hash);
  }

  #manifest(digest: string): string {
    return join(this.root, 'artifacts', `${digest}.json`);
  }
}

const short = (digest: string): string => digest.slice(0, 12);

async function exists(path: string, bytes: number): Promise<boolean> {
  try {
    await access(path);
    return (await stat(path)).size === bytes;
  } catch {
    return false;
  }
}
