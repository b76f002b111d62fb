// The port of the artifact store: what stages' runners need from any store. Not here: how bytes are kept.
import type { ArtifactDraft, ArtifactKind, ArtifactReaderWriter, ArtifactRef } from '@portrait/contracts';

/** Small JSON documents beside the artifacts: run reports, checkpoints in force, the portrait. Names are `a/b/c` of plain words. */
export interface RecordStore {
  get(name: string): Promise<unknown>;
  /** Replaces atomically: a reader sees the old or the new document, never half of one. */
  put(name: string, value: unknown): Promise<void>;
  delete(name: string): Promise<void>;
  /** Names below the folder `prefix` ('' for all), sorted. */
  list(prefix: string): Promise<string[]>;
}

/**
 * Everything of one person. Erasing a person is erasing a scope.
 * Disposing a scope lets go of the paths it handed out: a store that keeps local copies may then make room. A scope that is never disposed lets go when its process ends.
 */
export interface ArtifactScope extends ArtifactReaderWriter, AsyncDisposable {
  readonly person: string;
  readonly records: RecordStore;
  /** @param run of a checkpoint: beginning of the key of its run, 16 hex digits. Two runs share no bytes of checkpoints, so that the end of one takes nothing from the other. */
  create<K extends ArtifactKind>(kind: K, run?: string): Promise<ArtifactDraft<K>>;
  /** Copies a file from outside into the store as the file `name` of an artifact. */
  importFile<K extends ArtifactKind>(kind: K, name: string, path: string): Promise<ArtifactRef<K>>;
  /** Deletes the bytes of an artifact that nothing else refers to; for checkpoints. */
  discard(ref: ArtifactRef): Promise<void>;
  /** An empty folder for scratch, removed with `Symbol.asyncDispose`. */
  scratch(): Promise<{ path: string } & AsyncDisposable>;
  /**
   * Exclusive lock among the processes that share this store's folder: all runs of a file store; of a bucket those with the same cache folder.
   * Among machines nothing here locks. That a run has one owner there is the orchestrator's work, and two owners would still only write the same bytes twice.
   * @throws PortraitError STORE_BUSY, naming the holder
   */
  lock(name: string): Promise<AsyncDisposable>;
  /** Deletes all that this store holds of the person, unfinished work included. */
  erase(): Promise<void>;
}

export interface ArtifactStore {
  /** @param person lower-case letters, digits, `-` and `_`, 1 to 64. @throws PortraitError INVALID_ARGUMENT */
  scope(person: string): Promise<ArtifactScope>;
  /** Names of the people of whom something is kept, sorted. */
  people(): Promise<string[]>;
}
