// Errors of all adapters for missing and corrupt bytes.
import { PortraitError, type ArtifactFile, type ArtifactRef } from '@portrait/contracts';

const short = (digest: string): string => digest.slice(0, 12);

/** @throws PortraitError NOT_FOUND when the artifact has no file of this name. */
export function requireFile(ref: ArtifactRef, name: string): ArtifactFile {
  const file = ref.files[name];
  if (!file) throw new PortraitError('NOT_FOUND', `The ${ref.kind} artifact ${short(ref.digest)} has no file ${name}.`);
  return file;
}

export function missingBytesError(ref: ArtifactRef, name: string, cause?: unknown): PortraitError {
  return new PortraitError(
    'NOT_FOUND',
    `The bytes of ${name} (${ref.kind} ${short(ref.digest)}) are not in the store.`,
    { cause, hint: 'Run the stage that makes it again.' },
  );
}

/** @param at the file or object to delete */
export function corruptBytesError(ref: ArtifactRef, name: string, at: string): PortraitError {
  return new PortraitError(
    'ARTIFACT_CORRUPT',
    `The stored bytes of ${name} (${ref.kind} ${short(ref.digest)}) have changed.`,
    { at: { file: at }, hint: `Delete ${at} and run the stage that makes it again.` },
  );
}

export function corruptRecordError(name: string, at: string, cause: unknown): PortraitError {
  return new PortraitError('ARTIFACT_CORRUPT', `The record ${name} is not JSON.`, { cause, at: { file: at } });
}
