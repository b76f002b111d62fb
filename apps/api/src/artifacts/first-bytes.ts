// Reads the first bytes of a file in the store through a presigned link, so that no large file is downloaded to detect
// its type.
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { PortraitError } from '@portrait/contracts';
import type { FirstBytes } from '../tokens.js';

/** Lifetime of the link; the fetch follows at once. */
const LINK_SECONDS = 60;

/** @param store must issue links that this process can reach */
export function firstBytesOf(store: RemoteArtifactStore): FirstBytes {
  return async (file, bytes) => {
    const answer = await fetch(await store.presignGet(file, LINK_SECONDS), {
      headers: { range: `bytes=0-${bytes - 1}` },
    }).catch((error: unknown) => {
      throw new PortraitError('STORE_UNREACHABLE', `The object store does not answer: ${(error as Error).message}`, {
        cause: error,
      });
    });
    if (!answer.ok)
      throw new PortraitError('STORE_UNREACHABLE', `The object store answers ${answer.status} for ${file.name}.`);
    return new Uint8Array(await answer.arrayBuffer());
  };
}
