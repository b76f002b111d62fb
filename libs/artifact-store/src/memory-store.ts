// The artifact store in memory, for fast tests. `path` writes to a temporary folder. Nothing survives the process.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortraitError, type ArtifactDraft, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import { artifactRef, sha256 } from './digest.js';
import { hashFiles, importInto, openDraft, readJsonFile } from './draft.js';
import { corruptBytesError, missingBytesError, requireFile, corruptRecordError } from './store-errors.js';
import { checkPerson, checkRecordName, bucketKeys, personKeys } from './layout.js';
import type { ArtifactScope, ArtifactStore, RecordStore } from './port.js';
import { removeFolder, scratchFolder } from './work-folders.js';

/** Key → bytes, keys as in a bucket. Stores opened on the same map share their artifacts. */
export type MemoryObjects = Map<string, Uint8Array>;

const held = new WeakMap<MemoryObjects, Set<string>>();
const folders = new Set<string>();

async function ownFolder(): Promise<string> {
  if (folders.size === 0)
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = await mkdtemp(join(tmpdir(), 'portrait-memory-'));
  folders.add(folder);
  return folder;
}

/** @param folder for drafts, scratch and paths; the default is removed when the process exits */
export async function openMemoryStore(objects: MemoryObjects = new Map(), folder?: string): Promise<ArtifactStore> {
  const root = folder ?? (await ownFolder());
  if (!held.has(objects)) held.set(objects, new Set());
  return {
    scope: async (person) => new MemoryScope(objects, join(root, checkPerson(person)), person),
    people: async () => [...new Set([...objects.keys()].map((name) => name.split('/')[1]!))].sort(),
  };
}

class MemoryScope implements ArtifactScope {
  readonly records: RecordStore;
  readonly #root: string;
  /** Folders of the paths handed out. */
  readonly #handedOut: AsyncDisposable[] = [];

  constructor(
    private readonly objects: MemoryObjects,
    private readonly folder: string,
    readonly person: string,
  ) {
    this.#root = bucketKeys.person(person);
    this.records = recordsIn(objects, this.#root);
  }

  async path(ref: ArtifactRef, name: string): Promise<string> {
    const file = requireFile(ref, name);
    const key = this.#root + personKeys.blob(ref, file.sha256);
    const bytes = this.objects.get(key);
    if (!bytes) throw missingBytesError(ref, name);
    if (sha256(bytes) !== file.sha256) throw corruptBytesError(ref, name, key);
    const place = await this.scratch();
    this.#handedOut.push(place);
    const path = join(place.path, file.sha256);
    await writeFile(path, bytes, { mode: 0o444 });
    return path;
  }

  async readJson<T>(ref: ArtifactRef, name: string, schema?: { parse(value: unknown): T }): Promise<T> {
    return readJsonFile(await this.path(ref, name), schema);
  }

  create<K extends ArtifactKind>(kind: K, run?: string): Promise<ArtifactDraft<K>> {
    return openDraft(kind, this.folder, async (paths) => {
      const files = await hashFiles(kind, paths);
      const ref = artifactRef(kind, files, run);
      for (const [name, file] of Object.entries(files)) {
        const key = this.#root + personKeys.blob(ref, file.sha256);
        const stored = this.objects.get(key);
        if (!stored || sha256(stored) !== file.sha256) this.objects.set(key, await readFile(paths[name]!));
      }
      this.objects.set(this.#root + personKeys.manifest(ref, ref.digest), Buffer.from(JSON.stringify(ref)));
      return ref;
    });
  }

  async importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>> {
    return importInto(await this.create(kind), name, path);
  }

  async discard(ref: ArtifactRef): Promise<void> {
    this.objects.delete(this.#root + personKeys.manifest(ref, ref.digest));
    for (const file of Object.values(ref.files)) this.objects.delete(this.#root + personKeys.blob(ref, file.sha256));
  }

  scratch(): Promise<{ path: string } & AsyncDisposable> {
    return scratchFolder(this.folder);
  }

  async lock(name: string): Promise<AsyncDisposable> {
    const locks = held.get(this.objects)!;
    const key = `${this.person}/${name}`;
    if (locks.has(key))
      throw new PortraitError(
        'STORE_BUSY',
        `Another run (process ${process.pid}) is working on ${name} of ${this.person}.`,
        { hint: 'Wait for it or stop it.' },
      );
    locks.add(key);
    return { [Symbol.asyncDispose]: async () => void locks.delete(key) };
  }

  async erase(): Promise<void> {
    for (const key of this.objects.keys()) if (key.startsWith(this.#root)) this.objects.delete(key);
    await removeFolder(this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of this.#handedOut.splice(0)) await place[Symbol.asyncDispose]();
  }
}

function recordsIn(objects: MemoryObjects, root: string): RecordStore {
  return {
    async get(name) {
      const bytes = objects.get(root + personKeys.record(name));
      if (!bytes) return null;
      try {
        return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
      } catch (error) {
        throw corruptRecordError(name, root + personKeys.record(name), error);
      }
    },
    async put(name, value) {
      objects.set(root + personKeys.record(name), Buffer.from(JSON.stringify(value)));
    },
    async delete(name) {
      objects.delete(root + personKeys.record(name));
    },
    async list(prefix) {
      const folder = `${root}records/`;
      const base = prefix === '' ? folder : `${folder}${checkRecordName(prefix)}/`;
      return [...objects.keys()]
        .filter((key) => key.startsWith(base))
        .map((key) => key.slice(folder.length, -'.json'.length))
        .sort();
    },
  };
}
