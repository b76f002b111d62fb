// Hashes of files and artifacts.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { canonicalJson, type ArtifactFile, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function sha256File(path: string): Promise<ArtifactFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    hash.update(buffer);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** @param run of a checkpoint */
export function artifactRef<K extends ArtifactKind>(
  kind: K,
  files: Record<string, ArtifactFile>,
  run?: string,
): ArtifactRef<K> {
  return { kind, digest: artifactDigest(kind, files), files, ...(run === undefined ? {} : { run }) };
}

export function artifactDigest(kind: ArtifactKind, files: Record<string, ArtifactFile>): string {
  return sha256(canonicalJson({ kind, files }));
}
