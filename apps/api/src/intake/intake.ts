// Starts accepted work: fetches its inputs and starts its workflow. Retries while a server is unreachable, and takes
// over work of an API process that died. Temporal runs the work itself.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { toPortraitError, type Logger } from '@portrait/contracts';
import { and, eq, isNull, lt, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../database/open-database.js';
import { erasures, people, videos } from '../database/schema.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { DATABASE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import { WorkflowStarter } from './workflow-starter.js';

type What = 'person' | 'video' | 'erasure';

/** Work accepted and untouched for this long belongs to a process that died. Uses the database clock. */
const ABANDONED_AT = sql`now() - interval '1 minute'`;
const TOUCH_MS = 15_000;

@Injectable()
export class Intake implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  /** Work whose start failed and will be retried. */
  readonly #again = new Map<string, { what: What; id: string }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
    private readonly starter: WorkflowStarter,
    private readonly idempotency: IdempotencyService,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.sweep(), this.options.intakeMs);
    this.#timer.unref();
    void this.sweep();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await Promise.allSettled(this.#running.values());
  }

  /** Starts the work in the background. */
  begin(what: What, id: string): void {
    const key = `${what}/${id}`;
    if (this.#running.has(key) || this.#stop.signal.aborted) return;
    this.#running.set(
      key,
      this.#run(what, id, key).finally(() => this.#running.delete(key)),
    );
  }

  /** Resolves when no start is in progress. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  async #run(what: What, id: string, key: string): Promise<void> {
    const touching = setInterval(() => void this.#touch(what, id).catch(() => undefined), TOUCH_MS);
    try {
      await this.starter.start(what, id, this.#stop.signal);
      this.#again.delete(key);
    } catch (thrown) {
      const error = toPortraitError(thrown);
      if (this.#stop.signal.aborted) return;
      this.log.warn('Cannot start accepted work', { what, id, ...error.toJSON() });
      if (error.class.retryable || what === 'erasure') this.#again.set(key, { what, id });
      else
        await this.starter
          .refuse(what, id, error)
          .catch((failure: unknown) =>
            this.log.warn('Cannot record a failed start', { what, id, error: (failure as Error).message }),
          );
    } finally {
      clearInterval(touching);
    }
  }

  /** Refreshes updatedAt, so that other API processes do not take the work over. */
  async #touch(what: What, id: string): Promise<void> {
    const { db } = this.database;
    if (what === 'person')
      await db
        .update(people)
        .set({ updatedAt: sql`now()` as never })
        .where(eq(people.id, id));
    if (what === 'video')
      await db
        .update(videos)
        .set({ updatedAt: sql`now()` as never })
        .where(eq(videos.id, id));
  }

  async sweep(): Promise<void> {
    try {
      for (const { what, id } of [...this.#again.values()]) this.begin(what, id);
      const { db } = this.database;
      const orphaned = (table: { startedAt: PgColumn; updatedAt: PgColumn }): SQL =>
        and(isNull(table.startedAt), lt(table.updatedAt, ABANDONED_AT))!;
      for (const { id } of await db
        .select({ id: people.id })
        .from(people)
        .where(and(eq(people.status, 'queued'), orphaned(people))))
        this.begin('person', id);
      for (const { id } of await db
        .select({ id: videos.id })
        .from(videos)
        .where(and(eq(videos.status, 'queued'), isNull(videos.batch), orphaned(videos))))
        this.begin('video', id);
      for (const { id } of await db
        .select({ id: erasures.id })
        .from(erasures)
        .where(and(isNull(erasures.completedAt), lt(erasures.createdAt, ABANDONED_AT))))
        this.begin('erasure', id);
      await this.idempotency.sweep();
      await this.starter.sweepUploads();
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.log.warn('The sweep for accepted work failed', { error: (error as Error).message });
    }
  }
}
