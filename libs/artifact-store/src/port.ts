// The port of the artifact store: what the runner of stages needs from any store.
import type { ArtifactDraft, ArtifactKind, ArtifactReaderWriter, ArtifactRef } from '@portrait/contracts';

/** Small JSON documents: run reports, current checkpoints, the portrait. Names are paths such as `a/b/c`. */
export interface RecordStore {
  get(name: string): Promise<unknown>;
  /** Replaces atomically: a reader sees the old or the new document. */
  put(name: string, value: unknown): Promise<void>;
  delete(name: string): Promise<void>;
  /** Names below the folder `prefix` ('' for all), sorted. */
  list(prefix: string): Promise<string[]>;
}

/**
 * Everything of one person. Erasing a person is erasing a scope. Disposing a scope releases the paths it handed out, so
 * that a store with local copies can evict them; the end of the process releases them too.
 */
export interface ArtifactScope extends ArtifactReaderWriter, AsyncDisposable {
  readonly person: string;
  readonly records: RecordStore;
  /** @param run of a checkpoint: first 16 hex digits of its run key. Runs do not share bytes of checkpoints. */
  create<K extends ArtifactKind>(kind: K, run?: string): Promise<ArtifactDraft<K>>;
  /** Copies a file from outside into the store as the file `name` of an artifact. */
  importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>>;
  /** Deletes a checkpoint with its bytes. */
  discard(ref: ArtifactRef): Promise<void>;
  /** An empty folder for scratch, removed with `Symbol.asyncDispose`. */
  scratch(): Promise<{ path: string } & AsyncDisposable>;
  /**
   * Exclusive lock among processes with the same folder: all of a file store, or those of a bucket that share a cache
   * folder. There is no lock across machines: the orchestrator gives a run one owner, and two owners would write equal
   * bytes.
   * @throws PortraitError STORE_BUSY, naming the holder
   */
  lock(name: string): Promise<AsyncDisposable>;
  /** Deletes everything of the person, unfinished work included. */
  erase(): Promise<void>;
}

export interface ArtifactStore {
  /** @param person lower-case letters, digits, `-` and `_`, 1 to 64. @throws PortraitError INVALID_ARGUMENT */
  scope(person: string): Promise<ArtifactScope>;
  /** Names of the people in the store, sorted. */
  people(): Promise<string[]>;
}
