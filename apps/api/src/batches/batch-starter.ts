// Starts batches that were accepted, and again what had ended when a retry came. What fails because Temporal is away is tried again;
// what another copy of the API left behind when it died is taken over.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { batchWorkflowId, type Logger } from '@portrait/contracts';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import { DATABASE, ENGINE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';

/** Queued and untouched for so long: whoever had it is gone. By the clock of the database. */
const ORPHANED = sql`now() - interval '1 minute'`;
const NOW = sql`now()` as never;

@Injectable()
export class BatchStarter implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #running = new Map<string, Promise<void>>();
  /** Failed because Temporal was away. */
  readonly #again = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.sweep(), this.options.intakeMs);
    this.#timer.unref();
    void this.sweep();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.idle();
  }

  /** Nothing that was begun is under way any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  /** Begins at once, without keeping the caller waiting. */
  begin(id: string): void {
    if (this.#running.has(id) || this.#stopped) return;
    this.#running.set(
      id,
      this.#start(id).finally(() => this.#running.delete(id)),
    );
  }

  async #start(id: string): Promise<void> {
    const { db } = this.database;
    try {
      const [row] = await db
        .select()
        .from(batches)
        .where(and(eq(batches.id, id), eq(batches.status, 'queued')));
      if (row !== undefined) {
        await this.engine.startBatch({
          tenant: row.tenant,
          batch: id,
          window: row.window,
          concurrency: row.concurrency,
          priority: row.priority,
        });
        const begun = await db
          .update(batches)
          .set({ status: 'running', startedAt: sql`coalesce(${batches.startedAt}, now())` as never, updatedAt: NOW })
          .where(and(eq(batches.id, id), eq(batches.status, 'queued')))
          .returning({ id: batches.id });
        const [now] = await db.select({ status: batches.status }).from(batches).where(eq(batches.id, id));
        // Cancelled between the look and the start.
        if (begun.length === 0 && now?.status === 'cancelled') await this.engine.cancel(batchWorkflowId(id));
      }
      this.#again.delete(id);
    } catch (error) {
      if (this.#stopped) return;
      this.log.warn('A batch could not be started', { batch: id, error: (error as Error).message });
      this.#again.add(id);
    }
  }

  /** A batch that should run and has no workflow: it was ended from outside, or failed. Its items wait again. */
  async #heal(id: string): Promise<void> {
    if ((await this.engine.look(batchWorkflowId(id)))?.running) return;
    const healed = await this.database.db.transaction(async (tx) => {
      const moved = await tx
        .update(batches)
        .set({ status: 'queued', updatedAt: NOW })
        .where(and(eq(batches.id, id), eq(batches.status, 'running')))
        .returning({ id: batches.id });
      if (moved.length > 0)
        await tx
          .update(batchItems)
          .set({ status: 'waiting', claim: null })
          .where(and(eq(batchItems.batch, id), eq(batchItems.status, 'running')));
      return moved.length > 0;
    });
    if (!healed) return;
    this.log.warn('A batch had lost its workflow and is started again', { batch: id });
    this.begin(id);
  }

  async sweep(): Promise<void> {
    try {
      for (const id of [...this.#again]) this.begin(id);
      for (const { id } of await this.database.db
        .select({ id: batches.id })
        .from(batches)
        .where(and(eq(batches.status, 'queued'), lt(batches.updatedAt, ORPHANED))))
        this.begin(id);
      for (const { id } of await this.database.db
        .select({ id: batches.id })
        .from(batches)
        .where(and(eq(batches.status, 'running'), lt(batches.updatedAt, ORPHANED))))
        await this.#heal(id);
    } catch (error) {
      if (!this.#stopped) this.log.warn('The look for queued batches failed', { error: (error as Error).message });
    }
  }
}
