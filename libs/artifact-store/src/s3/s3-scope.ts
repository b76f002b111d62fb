// One person's scope in a bucket. Drafts, scratch and local copies are in the cache folder; a manifest is written last.
import { chmod, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  toPortraitError,
  type ArtifactDraft,
  type ArtifactFile,
  type ArtifactKind,
  type ArtifactRef,
} from '@portrait/contracts';
import { artifactRef, sha256File } from '../digest.js';
import { checkNames, openDraft, readJsonFile, importError, type LocalFiles } from '../draft.js';
import { corruptBytesError, missingBytesError, requireFile } from '../store-errors.js';
import { lockFile } from '../file-lock.js';
import { bucketKeys, personKeys, type Owned } from '../layout.js';
import type { ArtifactScope, RecordStore } from '../port.js';
import { makeWorkFolder, removeFolder, scratchFolder } from '../work-folders.js';
import type { Bucket } from './bucket.js';
import { erasePerson } from './erase.js';
import type { LocalCache } from './local-cache.js';
import type { TransferLimits } from './multipart.js';
import { openS3Records } from './s3-records.js';
import { storeFile } from './upload.js';

export class S3Scope implements ArtifactScope {
  readonly records: RecordStore;
  readonly #root: string;
  /** Key → path handed out, or being fetched. */
  readonly #handedOut = new Map<string, Promise<string>>();
  #heldFolder: Promise<string> | null = null;

  constructor(
    readonly person: string,
    private readonly bucket: Bucket,
    private readonly cache: LocalCache,
    private readonly limits: TransferLimits,
  ) {
    this.#root = bucketKeys.person(person);
    this.records = openS3Records(bucket, person);
  }

  async path(ref: ArtifactRef, name: string): Promise<string> {
    const file = requireFile(ref, name);
    const place = personKeys.blob(ref, file.sha256);
    let path = this.#handedOut.get(place);
    if (!path) {
      path = this.#fetch(ref, name, file, place).catch((error: unknown) => {
        this.#handedOut.delete(place);
        throw toPortraitError(error);
      });
      this.#handedOut.set(place, path);
    }
    return path;
  }

  async readJson<T>(ref: ArtifactRef, name: string, schema?: { parse(value: unknown): T }): Promise<T> {
    return readJsonFile(await this.path(ref, name), schema);
  }

  create<K extends ArtifactKind>(kind: K, run?: string): Promise<ArtifactDraft<K>> {
    return openDraft(kind, this.cache.workFolder(this.person), async (paths) => {
      const ref = await this.#publish(kind, paths, run);
      // The next stage on this machine reads these files. The copy is optional: the artifact is in the store without
      // it.
      for (const [name, file] of Object.entries(ref.files))
        await this.cache
          .keep(this.person, personKeys.blob(ref, file.sha256), paths[name]!, file.bytes)
          .catch(() => undefined);
      return ref;
    });
  }

  async importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>> {
    try {
      return await this.#publish(kind, { [name]: path });
    } catch (error) {
      throw importError(path, error);
    }
  }

  async discard(ref: ArtifactRef): Promise<void> {
    const blobs = Object.values(ref.files).map((file) => personKeys.blob(ref, file.sha256));
    await this.bucket.remove([personKeys.manifest(ref, ref.digest), ...blobs].map((name) => this.#root + name));
    for (const blob of blobs) await this.cache.drop(this.person, blob);
  }

  scratch(): Promise<{ path: string } & AsyncDisposable> {
    return scratchFolder(this.cache.workFolder(this.person));
  }

  lock(name: string): Promise<AsyncDisposable> {
    return lockFile(join(this.cache.folder(this.person), 'locks', `${name}.lock`), `${name} of ${this.person}`);
  }

  async erase(): Promise<void> {
    try {
      await erasePerson(this.bucket, this.person);
    } finally {
      void this.#release();
      await this.cache.forget(this.person);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#release();
    if (folder === null) return;
    await removeFolder(folder);
    await this.cache.makeRoom();
  }

  #release(): Promise<string> | null {
    const folder = this.#heldFolder;
    this.#heldFolder = null;
    this.#handedOut.clear();
    return folder;
  }

  async #fetch(ref: ArtifactRef, name: string, file: ArtifactFile, place: string): Promise<string> {
    this.#heldFolder ??= makeWorkFolder(this.cache.heldFolder(this.person));
    const path = join(
      await this.#heldFolder,
      `${ref.kind === 'checkpoint' ? `checkpoint-${ref.run ?? ''}-` : ''}${file.sha256}`,
    );
    if (await this.cache.take(this.person, place, path)) {
      if ((await sha256File(path)).sha256 === file.sha256) return path;
      // The local copy is damaged; the store may have the correct bytes.
      await this.cache.drop(this.person, place);
      await rm(path, { force: true });
    }
    await this.#download(ref, name, file, this.#root + place, path);
    await this.cache.keep(this.person, place, path, file.bytes);
    return path;
  }

  async #download(ref: ArtifactRef, name: string, file: ArtifactFile, key: string, path: string): Promise<void> {
    const arriving = `${path}.part`;
    try {
      await using output = await open(arriving, 'w');
      const found = await this.bucket.stream(key, (chunk) => output.writeFile(chunk));
      if (found === null) throw missingBytesError(ref, name);
      if (found.sha256 !== file.sha256) throw corruptBytesError(ref, name, key);
    } catch (error) {
      await rm(arriving, { force: true });
      throw error;
    }
    await chmod(arriving, 0o444);
    await rename(arriving, path);
  }

  async #publish<K extends ArtifactKind>(kind: K, paths: LocalFiles, run?: string): Promise<ArtifactRef<K>> {
    const of: Owned = { kind, ...(run === undefined ? {} : { run }) };
    const files: Record<string, ArtifactFile> = {};
    for (const name of checkNames(kind, paths))
      files[name] = await storeFile(this.bucket, this.person, of, paths[name]!, this.limits);
    const ref = artifactRef(kind, files, run);
    await this.bucket.putIfAbsent(
      this.#root + personKeys.manifest(ref, ref.digest),
      Buffer.from(JSON.stringify(ref)),
      'application/json',
    );
    return ref;
  }
}
