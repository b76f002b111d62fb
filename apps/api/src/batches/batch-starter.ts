// Starts the workflows of accepted batches, and restarts them after a retry. Retries while Temporal is unreachable, and
// takes over batches of an API process that died.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { batchWorkflowId, type Logger } from '@portrait/contracts';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import { DATABASE, ENGINE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';

/** A batch queued and unchanged for this long belongs to a process that died. Uses the database clock. */
const ABANDONED_AT = sql`now() - interval '1 minute'`;
const NOW = sql`now()` as never;

@Injectable()
export class BatchStarter implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #running = new Map<string, Promise<void>>();
  /** Batches whose start failed and will be retried. */
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

  /** Resolves when no start is in progress. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  /** Starts the batch in the background. */
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
        // It was cancelled while the workflow was being started.
        if (begun.length === 0 && now?.status === 'cancelled') await this.engine.cancel(batchWorkflowId(id));
      }
      this.#again.delete(id);
    } catch (error) {
      if (this.#stopped) return;
      this.log.warn('Cannot start a batch', { batch: id, error: (error as Error).message });
      this.#again.add(id);
    }
  }

  /** Requeues a running batch whose workflow no longer exists (terminated or failed); its running items wait again. */
  async #heal(id: string): Promise<void> {
    if ((await this.engine.describe(batchWorkflowId(id)))?.running) return;
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
    this.log.warn('Restarting a batch whose workflow is gone', { batch: id });
    this.begin(id);
  }

  async sweep(): Promise<void> {
    try {
      for (const id of [...this.#again]) this.begin(id);
      for (const { id } of await this.database.db
        .select({ id: batches.id })
        .from(batches)
        .where(and(eq(batches.status, 'queued'), lt(batches.updatedAt, ABANDONED_AT))))
        this.begin(id);
      for (const { id } of await this.database.db
        .select({ id: batches.id })
        .from(batches)
        .where(and(eq(batches.status, 'running'), lt(batches.updatedAt, ABANDONED_AT))))
        await this.#heal(id);
    } catch (error) {
      if (!this.#stopped) this.log.warn('The sweep for queued batches failed', { error: (error as Error).message });
    }
  }
}
