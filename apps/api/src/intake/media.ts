// Brings what a request names (an upload, an address) into the store as an artifact of the person.
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import { MOST_BYTES, type MediaSource } from '@portrait/contracts/api';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import { FETCHER, GUARD, type MediaFetcher } from '../tokens.js';
import { UploadsService } from '../uploads/uploads.service.js';

export type Wanted = 'source-video' | 'speech' | 'track' | 'background-media';

const LARGEST: Readonly<Record<Wanted, number>> = {
  'source-video': MOST_BYTES.video,
  speech: MOST_BYTES.audio,
  track: MOST_BYTES.track,
  'background-media': MOST_BYTES.video,
};
const nameOf = (kind: ArtifactKind): string => (kind === 'track' ? 'track.json' : 'source');

@Injectable()
export class Media {
  constructor(
    private readonly uploads: UploadsService,
    @Inject(FETCHER) private readonly fetcher: MediaFetcher | null,
    @Inject(GUARD) private readonly guard: GuardOptions,
  ) {}

  /** Refuses at once what can be seen to be wrong. @throws PortraitError */
  async check(
    tenant: string,
    person: string,
    kind: Wanted,
    source: MediaSource | 'recorded' | undefined,
    field: string,
  ): Promise<void> {
    if (source === undefined || source === 'recorded') return;
    if ('uploadId' in source) await this.uploads.artifact(tenant, source.uploadId, { field, kind, person });
    else {
      this.#requireFetcher(field);
      checkUrl(source.url, this.guard.allow);
    }
  }

  async bring<K extends Wanted>(
    tenant: string,
    person: string,
    kind: K,
    source: MediaSource,
    field: string,
    signal: AbortSignal,
  ): Promise<ArtifactRef<K>> {
    if ('uploadId' in source)
      return (await this.uploads.artifact(tenant, source.uploadId, { field, kind, person })) as ArtifactRef<K>;
    return this.#requireFetcher(field).fetch({
      url: source.url,
      person,
      kind,
      name: nameOf(kind),
      mostBytes: LARGEST[kind],
      signal,
    });
  }

  #requireFetcher(field: string): MediaFetcher {
    if (this.fetcher !== null) return this.fetcher;
    throw new PortraitError('NOT_SUPPORTED', `${field}.url: this server fetches nothing from other servers.`, {
      hint: 'Upload the file: POST /v1/uploads.',
    });
  }
}
