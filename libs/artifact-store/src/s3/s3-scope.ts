// One person's place in a bucket. Drafts, scratch and copies of what is read lie in the local cache folder; a manifest is written last.
import { chmod, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  toPortraitError,
  type ArtifactDraft,
  type ArtifactFile,
  type ArtifactKind,
  type ArtifactRef,
} from '@portrait/contracts';
import { artifactDigest, sha256File } from '../digest.js';
import { checkNames, openDraft, readJsonFile, sourceFault, type LocalFiles } from '../draft.js';
import { bytesChanged, bytesMissing, fileOf } from '../faults.js';
import { lockFile } from '../file-lock.js';
import { inBucket, within, type Owned } from '../layout.js';
import type { ArtifactScope, RecordStore } from '../port.js';
import { makeWorkFolder, removeFolder, scratchFolder } from '../work-folders.js';
import type { Bucket } from './bucket.js';
import { erasePerson } from './erase.js';
import type { LocalCache } from './local-cache.js';
import type { Limits } from './multipart.js';
import { openS3Records } from './s3-records.js';
import { storeFile } from './upload.js';

export class S3Scope implements ArtifactScope {
  readonly records: RecordStore;
  readonly #root: string;
  /** sha256 → path handed out, or on its way. */
  readonly #handedOut = new Map<string, Promise<string>>();
  #heldFolder: Promise<string> | null = null;

  constructor(
    readonly person: string,
    private readonly bucket: Bucket,
    private readonly cache: LocalCache,
    private readonly limits: Limits,
  ) {
    this.#root = inBucket.person(person);
    this.records = openS3Records(bucket, person);
  }

  async path(ref: ArtifactRef, name: string): Promise<string> {
    const file = fileOf(ref, name);
    const place = within.blob(ref, file.sha256);
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
      // What was just made is what the next stage on this machine reads. A copy is a convenience: the artifact is in the store without it.
      for (const [name, file] of Object.entries(ref.files))
        await this.cache
          .keep(this.person, within.blob(ref, file.sha256), paths[name]!, file.bytes)
          .catch(() => undefined);
      return ref;
    });
  }

  async importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>> {
    try {
      return await this.#publish(kind, { [name]: path });
    } catch (error) {
      throw sourceFault(path, error);
    }
  }

  async discard(ref: ArtifactRef): Promise<void> {
    const blobs = Object.values(ref.files).map((file) => within.blob(ref, file.sha256));
    await this.bucket.remove([within.manifest(ref, ref.digest), ...blobs].map((name) => this.#root + name));
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
      void this.#letGo();
      await this.cache.forget(this.person);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#letGo();
    if (folder === null) return;
    await removeFolder(folder);
    await this.cache.makeRoom();
  }

  #letGo(): Promise<string> | null {
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
      // The copy was damaged here; the store may still have the right bytes.
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
      if (found === null) throw bytesMissing(ref, name);
      if (found.sha256 !== file.sha256) throw bytesChanged(ref, name, key);
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
    const ref: ArtifactRef<K> = {
      kind,
      digest: artifactDigest(kind, files),
      files,
      ...(run === undefined ? {} : { run }),
    };
    await this.bucket.putIfAbsent(
      this.#root + within.manifest(ref, ref.digest),
      Buffer.from(JSON.stringify(ref)),
      'application/json',
    );
    return ref;
  }
}
