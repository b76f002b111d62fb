// Shared by the parts of the store's contract: the store under test and helpers.
import { readFile } from 'node:fs/promises';
import type { ArtifactKind, ArtifactRef } from '@portrait/contracts';
import type { ArtifactScope, ArtifactStore } from './port.js';

export interface StoreUnderTest {
  /** A new instance on the same stored bytes, as another process would open it. */
  open(): Promise<ArtifactStore>;
  /** Overwrites the bytes of a person's key; null deletes them. */
  damage(person: string, name: string, bytes: Buffer | null): Promise<void>;
  /** Names of everything stored of a person, local copies included. */
  kept(person: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Set before the first test; read it inside tests only. */
export interface ContractContext {
  place: StoreUnderTest;
  store: ArtifactStore;
  /** For files outside the store. */
  folder: string;
}

export const consent = (text: string): string => JSON.stringify({ text });

export async function commit<K extends ArtifactKind>(
  scope: ArtifactScope,
  kind: K,
  files: Record<string, string | Buffer>,
): Promise<ArtifactRef<K>> {
  const draft = await scope.create(kind);
  for (const [name, content] of Object.entries(files)) await draft.write(name, content);
  return draft.commit();
}

export const read = async (scope: ArtifactScope, ref: ArtifactRef, name: string): Promise<Buffer> =>
  readFile(await scope.path(ref, name));
