// Resolves a media source of a request (upload or address) to an artifact of the person.
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import { MAX_UPLOAD_BYTES, type MediaSource } from '@portrait/contracts/api';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import { FETCHER, GUARD, type MediaFetcher } from '../tokens.js';
import { UploadsService } from '../uploads/uploads.service.js';

type Wanted = 'source-video' | 'speech' | 'track' | 'background-media';

const MAX_BYTES: Readonly<Record<Wanted, number>> = {
  'source-video': MAX_UPLOAD_BYTES.video,
  speech: MAX_UPLOAD_BYTES.audio,
  track: MAX_UPLOAD_BYTES.track,
  'background-media': MAX_UPLOAD_BYTES.video,
};
const nameOf = (kind: ArtifactKind): string => (kind === 'track' ? 'track.json' : 'source');

@Injectable()
export class MediaImporter {
  constructor(
    private readonly uploads: UploadsService,
    @Inject(FETCHER) private readonly fetcher: MediaFetcher | null,
    @Inject(GUARD) private readonly guard: GuardOptions,
  ) {}

  /** Checks a source without fetching it. @throws PortraitError */
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

  async importMedia<K extends Wanted>(
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
      maxBytes: MAX_BYTES[kind],
      signal,
    });
  }

  #requireFetcher(field: string): MediaFetcher {
    if (this.fetcher !== null) return this.fetcher;
    throw new PortraitError('NOT_SUPPORTED', `${field}.url: this server does not fetch addresses.`, {
      hint: 'Upload the file with POST /v1/uploads.',
    });
  }
}
