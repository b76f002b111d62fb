// Starts what was accepted: fetches what must be fetched, then starts the workflow. What fails because a server is away is tried again;
// what another copy of the API left behind when it died is taken over. Temporal runs the work; this only hands it over.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { toPortraitError, type Logger } from '@portrait/contracts';
import { and, eq, isNull, lt, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../database/open-database.js';
import { erasures, people, videos } from '../database/schema.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { DATABASE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import { Starter } from './starter.js';

type What = 'person' | 'video' | 'erasure';

/** Accepted and untouched for so long: whoever had it is gone. By the clock of the database. */
const ORPHANED = sql`now() - interval '1 minute'`;
const TOUCH_MS = 15_000;

@Injectable()
export class Intake implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  /** Failed because a server was away. */
  readonly #again = new Map<string, { what: What; id: string }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
    private readonly starter: Starter,
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

  /** Begins at once, without keeping the caller waiting. */
  begin(what: What, id: string): void {
    const key = `${what}/${id}`;
    if (this.#running.has(key) || this.#stop.signal.aborted) return;
    this.#running.set(
      key,
      this.#run(what, id, key).finally(() => this.#running.delete(key)),
    );
  }

  /** Settles when nothing that was begun is still on its way. */
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
      this.log.warn('Accepted work could not be started', { what, id, ...error.toJSON() });
      if (error.class.retryable || what === 'erasure') this.#again.set(key, { what, id });
      else
        await this.starter
          .refuse(what, id, error)
          .catch((failure: unknown) =>
            this.log.warn('A refusal could not be kept', { what, id, error: (failure as Error).message }),
          );
    } finally {
      clearInterval(touching);
    }
  }

  /** Says to other copies of the API that this one is at it. */
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
        and(isNull(table.startedAt), lt(table.updatedAt, ORPHANED))!;
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
        .where(and(isNull(erasures.completedAt), lt(erasures.createdAt, ORPHANED))))
        this.begin('erasure', id);
      await this.idempotency.sweep();
      await this.starter.sweepUploads();
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.log.warn('The look for accepted work failed', { error: (error as Error).message });
    }
  }
}
