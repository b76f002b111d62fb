// Presigned links to files in the store. They are short-lived, and cached for half their lifetime.
import { extname } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import type { ArtifactRef, Logger } from '@portrait/contracts';
import type { z } from 'zod';
import type { fileSchema } from '@portrait/contracts/api';
import { LOG, OPTIONS, STORE, type ApiOptions } from '../tokens.js';

type FileView = z.input<typeof fileSchema>;
type Link = NonNullable<FileView['link']>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.wav': 'audio/wav',
  '.json': 'application/json',
  '.html': 'text/html; charset=utf-8',
};
const MAX_ENTRIES = 10_000;

@Injectable()
export class Links {
  readonly #links = new Map<string, { link: Promise<Link | null>; until: number }>();

  constructor(
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** All files of an artifact, sorted by name; `link` is null when the store does not answer. */
  files(person: string, ref: ArtifactRef | undefined | null): Promise<FileView[]> {
    if (!ref) return Promise.resolve([]);
    return Promise.all(
      Object.entries(ref.files)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(async ([name, { bytes, sha256 }]) => ({ name, bytes, sha256, link: await this.#link(person, ref, name) })),
    );
  }

  #link(person: string, ref: ArtifactRef, name: string): Promise<Link | null> {
    const key = `${person}/${ref.digest}/${name}`;
    const now = Date.now();
    const known = this.#links.get(key);
    if (known !== undefined && known.until > now) return known.link;
    const { linkSeconds } = this.options;
    const contentType = CONTENT_TYPES[extname(name).toLowerCase()];
    const link = this.store
      .presignGet({ person, ref, name }, linkSeconds, {
        downloadName: name,
        ...(contentType === undefined ? {} : { contentType }),
      })
      .then((url): Link => ({ url, expiresAt: new Date(now + linkSeconds * 1000).toISOString() }))
      .catch((error: unknown) => {
        this.#links.delete(key);
        this.log.warn('Cannot create a link', { person, digest: ref.digest, name, error: (error as Error).message });
        return null;
      });
    this.#links.delete(key);
    this.#links.set(key, { link, until: now + linkSeconds * 500 });
    if (this.#links.size > MAX_ENTRIES) this.#links.delete(this.#links.keys().next().value!);
    return link;
  }
}
