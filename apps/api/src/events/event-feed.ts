// Follows the table of events for everyone who watches: one look at a time for all of them, at most as often as the options say.
// Other copies of the API write to the same table, so looking is the only way to hear of everything.
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { and, asc, eq, gt, max, type SQL } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { events } from '../database/schema.js';
import { DATABASE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';

export type EventRow = typeof events.$inferSelect;

export interface About {
  tenant: string;
  person?: string | undefined;
  video?: string | undefined;
  batch?: string | undefined;
}

const AT_ONCE = 500;

@Injectable()
export class EventFeed implements BeforeApplicationShutdown {
  readonly #watchers = new Set<(rows: readonly EventRow[]) => void>();
  readonly #ends = new Set<() => void>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Settles when `#last` is where the first watcher began. */
  #begun: Promise<void> | null = null;
  #looking: Promise<void> | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Before the server closes: it waits for open streams to end. */
  beforeApplicationShutdown(): void {
    clearTimeout(this.#timer);
    for (const end of [...this.#ends]) end();
    this.#watchers.clear();
  }

  /** Hears of every event from now on, of all tenants. @param end called when the API is to end */
  async watch(hear: (rows: readonly EventRow[]) => void, end: () => void): Promise<() => void> {
    const stop = (): void => {
      this.#watchers.delete(hear);
      this.#ends.delete(end);
      if (this.#watchers.size > 0) return;
      clearTimeout(this.#timer);
      this.#begun = null;
    };
    this.#watchers.add(hear);
    this.#ends.add(end);
    try {
      await (this.#begun ??= this.newest().then((seq) => {
        this.#last = seq;
      }));
    } catch (error) {
      stop();
      throw error;
    }
    this.#later();
    return stop;
  }

  async newest(): Promise<number> {
    const [row] = await this.database.db.select({ seq: max(events.seq) }).from(events);
    return row?.seq ?? 0;
  }

  /** A page of what happened after `seq`, oldest first. */
  after(seq: number, { tenant, person, video, batch }: About): Promise<EventRow[]> {
    const about: (SQL | undefined)[] = [
      eq(events.tenant, tenant),
      gt(events.seq, seq),
      person === undefined ? undefined : eq(events.person, person),
      video === undefined ? undefined : eq(events.video, video),
      batch === undefined ? undefined : eq(events.batch, batch),
    ];
    return this.database.db
      .select()
      .from(events)
      .where(and(...about))
      .orderBy(asc(events.seq))
      .limit(AT_ONCE);
  }

  /** Something was told by this process: do not wait for the next look. */
  told(): void {
    if (this.#watchers.size > 0) void this.#look();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.options.lookMs);
    this.#timer.unref();
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
      if (this.#watchers.size > 0) this.#later();
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    try {
      await this.#begun;
      for (;;) {
        const rows = await this.database.db
          .select()
          .from(events)
          .where(gt(events.seq, this.#last))
          .orderBy(asc(events.seq))
          .limit(AT_ONCE);
        const newest = rows.at(-1);
        if (newest === undefined) return;
        this.#last = newest.seq;
        for (const hear of [...this.#watchers]) hear(rows);
      }
    } catch (error) {
      this.log.warn('New events cannot be read', { error: (error as Error).message });
    }
  }
}

export function isAbout({ tenant, person, video, batch }: About, row: EventRow): boolean {
  return (
    row.tenant === tenant &&
    (person === undefined || row.person === person) &&
    (video === undefined || row.video === video) &&
    (batch === undefined || row.batch === batch)
  );
}
