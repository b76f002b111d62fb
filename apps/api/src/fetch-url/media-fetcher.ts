// Fetches media from addresses given by callers and stores them as artifacts of a person.
import type { ArtifactStore } from '@portrait/artifact-store';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import type { MediaFetcher } from '../tokens.js';
import { fetchToFile } from './fetch-url.js';
import type { GuardOptions } from './guarded-request.js';
import { checkMedia, WANTED_MEDIA, type WantedMedia } from './media-check.js';

export function mediaFetcher(store: Pick<ArtifactStore, 'scope'>, guard: GuardOptions): MediaFetcher {
  return {
    async fetch<K extends ArtifactKind>({
      url,
      person,
      kind,
      name,
      maxBytes,
      signal,
    }: Parameters<MediaFetcher['fetch']>[0]): Promise<ArtifactRef<K>> {
      if (!(WANTED_MEDIA as readonly string[]).includes(kind))
        throw new PortraitError('INTERNAL', `Artifacts of kind ${kind} cannot be fetched.`);
      await using scope = await store.scope(person);
      const draft = await scope.create(kind as K);
      try {
        await fetchToFile(url, draft.path(name), {
          ...guard,
          maxBytes: maxBytes,
          signal,
          check: (head, first) => checkMedia(kind as WantedMedia, head, first),
        });
        return await draft.commit();
      } finally {
        await draft.discard();
      }
    },
  };
}
