// Polls the table of events once for all open streams. Polling is required: other API processes write to the same
// table.
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { and, asc, eq, gt, max, type SQL } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { events } from '../database/schema.js';
import { DATABASE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';

export type EventRow = typeof events.$inferSelect;

export interface EventFilter {
  tenant: string;
  person?: string | undefined;
  video?: string | undefined;
  batch?: string | undefined;
}

const PAGE_SIZE = 500;

@Injectable()
export class EventFeed implements BeforeApplicationShutdown {
  readonly #listeners = new Set<(rows: readonly EventRow[]) => void>();
  readonly #ends = new Set<() => void>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when `#last` is set to the position of the first subscriber. */
  #startedAt: Promise<void> | null = null;
  #polling: Promise<void> | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Ends open streams first: the HTTP server waits for them when it closes. */
  beforeApplicationShutdown(): void {
    clearTimeout(this.#timer);
    for (const end of [...this.#ends]) end();
    this.#listeners.clear();
  }

  /**
   * Delivers new events of all tenants.
   * @param end called when the API shuts down
   * @returns a function that ends the subscription
   */
  async subscribe(listener: (rows: readonly EventRow[]) => void, end: () => void): Promise<() => void> {
    const unsubscribe = (): void => {
      this.#listeners.delete(listener);
      this.#ends.delete(end);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#startedAt = null;
    };
    this.#listeners.add(listener);
    this.#ends.add(end);
    try {
      await (this.#startedAt ??= this.newest().then((seq) => {
        this.#last = seq;
      }));
    } catch (error) {
      unsubscribe();
      throw error;
    }
    this.#schedulePoll();
    return unsubscribe;
  }

  async newest(): Promise<number> {
    const [row] = await this.database.db.select({ seq: max(events.seq) }).from(events);
    return row?.seq ?? 0;
  }

  /** The next page of events after `seq`, oldest first. */
  after(seq: number, { tenant, person, video, batch }: EventFilter): Promise<EventRow[]> {
    const conditions: (SQL | undefined)[] = [
      eq(events.tenant, tenant),
      gt(events.seq, seq),
      person === undefined ? undefined : eq(events.person, person),
      video === undefined ? undefined : eq(events.video, video),
      batch === undefined ? undefined : eq(events.batch, batch),
    ];
    return this.database.db
      .select()
      .from(events)
      .where(and(...conditions))
      .orderBy(asc(events.seq))
      .limit(PAGE_SIZE);
  }

  /** Polls at once after this process recorded an event. */
  notify(): void {
    if (this.#listeners.size > 0) void this.#poll();
  }

  #schedulePoll(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), this.options.refreshMs);
    this.#timer.unref();
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#read().finally(() => {
      this.#polling = null;
      if (this.#listeners.size > 0) this.#schedulePoll();
    });
    return this.#polling;
  }

  async #read(): Promise<void> {
    try {
      await this.#startedAt;
      for (;;) {
        const rows = await this.database.db
          .select()
          .from(events)
          .where(gt(events.seq, this.#last))
          .orderBy(asc(events.seq))
          .limit(PAGE_SIZE);
        const newest = rows.at(-1);
        if (newest === undefined) return;
        this.#last = newest.seq;
        for (const listener of [...this.#listeners]) listener(rows);
      }
    } catch (error) {
      this.log.warn('Cannot read new events', { error: (error as Error).message });
    }
  }
}

export function matchesFilter({ tenant, person, video, batch }: EventFilter, row: EventRow): boolean {
  return (
    row.tenant === tenant &&
    (person === undefined || row.person === person) &&
    (video === undefined || row.video === video) &&
    (batch === undefined || row.batch === batch)
  );
}
