// Follows the progress of one person or video and reports changes.
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import { and, eq } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { batches } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import type { RequestOf } from '../http/route.js';
import { PeopleService } from '../people/people.service.js';
import { overallProgress } from '../stages/stage-view.js';
import { DATABASE, OPTIONS, type ApiOptions } from '../tokens.js';
import { VideosService } from '../videos/videos.service.js';

type Query = RequestOf<'streamEvents'>['query'];

@Injectable()
export class ProgressService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    private readonly people: PeopleService,
    private readonly videos: VideosService,
  ) {}

  /** @throws PortraitError NOT_FOUND */
  async require({ tenant }: Caller, { personId, videoId, batchId }: Query): Promise<void> {
    if (personId !== undefined) await this.people.row(tenant, personId);
    if (videoId !== undefined) await this.videos.row(tenant, videoId);
    if (batchId === undefined) return;
    const [found] = await this.database.db
      .select({ id: batches.id })
      .from(batches)
      .where(and(eq(batches.tenant, tenant), eq(batches.id, batchId)));
    if (found === undefined) throw new PortraitError('NOT_FOUND', `There is no batch ${batchId}.`);
  }

  /** Ends when the signal aborts or the subject no longer exists. */
  async follow(by: Caller, query: Query, signal: AbortSignal, say: (progress: unknown) => void): Promise<void> {
    let told = '';
    for (;;) {
      const progress = await this.#look(by, query).catch((error: unknown) =>
        error instanceof PortraitError && error.code === 'NOT_FOUND' ? 'gone' : null,
      );
      if (progress === 'gone' || signal.aborted) return;
      const text = JSON.stringify(progress);
      if (progress !== null && text !== told) say(progress);
      told = text;
      const slept = await sleep(2 * this.options.refreshMs, true, { signal, ref: false }).catch(() => false);
      if (!slept) return;
    }
  }

  async #look({ tenant }: Caller, { personId, videoId }: Query): Promise<unknown> {
    if (personId === undefined && videoId === undefined) return null;
    const { live, stages } = await (personId === undefined
      ? this.videos.facts(await this.videos.row(tenant, videoId!))
      : this.people.facts(await this.people.row(tenant, personId)));
    const views = stages.map(({ view }) => view);
    return {
      personId: personId ?? null,
      videoId: videoId ?? null,
      progress: overallProgress(views, live),
      stages: views.map(({ stage, status, attempt, progress, done, total, unit, message }) => ({
        stage,
        status,
        attempt,
        progress,
        done,
        total,
        unit,
        message,
      })),
    };
  }
}
