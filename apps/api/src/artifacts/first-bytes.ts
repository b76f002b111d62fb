// The first bytes of a file in the store, by a link of its own: a file of gigabytes is not brought here to see what it is.
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { PortraitError } from '@portrait/contracts';
import type { FirstBytes } from '../tokens.js';

/** Of the link; the fetch begins at once. */
const LINK_SECONDS = 60;

/** @param store whose links lead to where this process reaches the store */
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
