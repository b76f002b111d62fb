// Streams manifest entries from the rows of a batch, page by page, with links to the videos.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import type { Logger } from '@portrait/contracts';
import type { ManifestEntry } from '@portrait/contracts/api';
import { and, asc, eq, gt } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { batchItems } from '../database/schema.js';
import { failureView } from '../errors/error-response.js';
import type { Caller } from '../http/api-request.js';
import { DATABASE, LOG, STORE } from '../tokens.js';
import type { ItemRow } from './batch-rows.js';
import { BatchesService } from './batches.service.js';
import { manifestCsv, manifestJson } from './manifest.js';

const PAGE = 200;

@Injectable()
export class ManifestService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(LOG) private readonly log: Logger,
    private readonly batches: BatchesService,
  ) {}

  async json(caller: Caller, id: string, linkSeconds: number): Promise<AsyncIterable<string>> {
    return manifestJson(await this.batches.get(caller, id), this.#entries(id, linkSeconds));
  }

  async csv({ tenant }: Caller, id: string, linkSeconds: number): Promise<AsyncIterable<string>> {
    await this.batches.row(tenant, id);
    return manifestCsv(this.#entries(id, linkSeconds));
  }

  async *#entries(batch: string, linkSeconds: number): AsyncGenerator<ManifestEntry> {
    for (let after = -1; ;) {
      const rows = await this.database.db
        .select()
        .from(batchItems)
        .where(and(eq(batchItems.batch, batch), gt(batchItems.place, after)))
        .orderBy(asc(batchItems.place))
        .limit(PAGE);
      yield* await Promise.all(rows.map((row) => this.#entry(row, linkSeconds)));
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.place;
    }
  }

  async #entry(
    { item, person, status, attempt, video, seconds, coreSeconds, error }: ItemRow,
    linkSeconds: number,
  ): Promise<ManifestEntry> {
    const failure = failureView(error);
    const [name, file] = (status === 'done'
      ? Object.entries(video?.files ?? {}).find(([file]) => !file.endsWith('.json'))
      : undefined) ?? [null, null];
    const url =
      video === null || name === null || linkSeconds === 0
        ? null
        : await this.#link({ person, ref: video, name }, linkSeconds);
    return {
      id: item,
      personId: person,
      status,
      attempt,
      url,
      urlExpiresAt: url === null ? null : new Date(Date.now() + linkSeconds * 1000).toISOString(),
      name,
      bytes: file?.bytes ?? null,
      sha256: file?.sha256 ?? null,
      seconds,
      coreSeconds,
      errorCode: failure?.code ?? null,
      errorMessage: failure?.message ?? null,
    };
  }

  async #link(file: Parameters<RemoteArtifactStore['presignGet']>[0], seconds: number): Promise<string | null> {
    try {
      return await this.store.presignGet(file, seconds, { downloadName: file.name });
    } catch (error) {
      this.log.warn('Cannot create a link', {
        person: file.person,
        digest: file.ref.digest,
        name: file.name,
        error: (error as Error).message,
      });
      return null;
    }
  }
}
