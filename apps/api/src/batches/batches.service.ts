// Batches: accepted, shown, decided about. What a request means is in accept-batch.ts, what the workflow asks for in batch-bookkeeping.ts.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { batchWorkflowId, PortraitError, type BatchState, type StageSpecs } from '@portrait/contracts';
import { MOST_ITEMS, type BatchView } from '@portrait/contracts/api';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import { tell } from '../bookkeeping/tell.js';
import type { Database } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/asked.js';
import { afterCursor, cursorOf, pageOf, readCursor } from '../http/pages.js';
import type { Ask, Reply } from '../http/route.js';
import { newId } from '../ids.js';
import {
  DATABASE,
  ENGINE,
  FETCHER,
  GUARD,
  OPTIONS,
  STAGES_REGISTRY,
  STORE,
  type ApiOptions,
  type MediaFetcher,
} from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';
import { LiveWork } from '../work/live.js';
import { SharedLooks } from '../work/shared-looks.js';
import { acceptItems } from './accept-batch.js';
import { batchCounts, findBatch, type BatchRow, type Counts } from './batch-rows.js';
import { BatchStarter } from './batch-starter.js';
import { batchView, itemView } from './batch-view.js';
import { endBatch, insertItems, retryItems } from './item-claims.js';

/** The row, which is cheap and tells of decisions, is read so much more often than the rest. */
const ROW_SHARE = 0.1;

interface Facts {
  counts: Counts | undefined;
  /** Items under way; undefined where the workflow cannot be asked. */
  underWay: number | undefined;
}

@Injectable()
export class BatchesService {
  readonly #rows: SharedLooks<BatchRow>;
  readonly #facts: SharedLooks<Facts>;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    @Inject(FETCHER) private readonly fetcher: MediaFetcher | null,
    @Inject(GUARD) private readonly guard: GuardOptions,
    @Inject(OPTIONS) options: ApiOptions,
    private readonly starter: BatchStarter,
    private readonly links: Links,
    private readonly live: LiveWork,
  ) {
    this.#rows = new SharedLooks(ROW_SHARE * options.lookMs);
    this.#facts = new SharedLooks(options.lookMs);
  }

  async create(
    { tenant }: Caller,
    { name, window, priority, concurrency, defaults, metadata, callbackUrl, ...given }: Ask<'createBatch'>['body'],
  ): Promise<BatchView> {
    const { db } = this.database;
    if (callbackUrl !== undefined) checkUrl(callbackUrl, this.guard.allow);
    const items = await acceptItems(
      { db, store: this.store, registry: this.registry, canFetch: this.fetcher !== null, allow: this.guard.allow },
      tenant,
      { ...given, defaults },
    );
    const id = newId('batch');
    await db.transaction(async (tx) => {
      await tx.insert(batches).values({
        id,
        tenant,
        name: name ?? null,
        status: 'queued',
        window,
        priority,
        concurrency,
        defaults,
        total: items.length,
        metadata,
        callbackUrl: callbackUrl ?? null,
      });
      await insertItems(
        tx,
        id,
        items.map(({ id: item, request }) => ({
          item,
          person: request.personId,
          request: { asked: request },
          videoId: newId('video'),
        })),
      );
    });
    // As it was accepted: what comes of it is another answer's to tell.
    const accepted = await this.view(await this.row(tenant, id));
    this.starter.begin(id);
    return accepted;
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, status }: Ask<'listBatches'>['query'],
  ): Promise<Reply<'listBatches'>> {
    const rows = await this.database.db
      .select()
      .from(batches)
      .where(
        and(
          eq(batches.tenant, tenant),
          afterCursor(cursor, batches),
          status === undefined ? undefined : eq(batches.status, status),
        ),
      )
      .orderBy(desc(batches.createdAt), desc(batches.id))
      .limit(limit + 1);
    const counts = await batchCounts(
      this.database.db,
      rows.map(({ id }) => id),
    );
    return pageOf(rows, limit, cursorOf, (row) => batchView(row, counts.get(row.id)));
  }

  async row(tenant: string, id: string): Promise<BatchRow> {
    const row = await findBatch(this.database.db, tenant, id);
    if (row === null)
      throw new PortraitError('NOT_FOUND', `There is no batch ${id}.`, {
        hint: 'GET /v1/batches lists those there are.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<BatchView> {
    return this.view(await this.#rows.look(`${tenant} ${id}`, () => this.row(tenant, id)));
  }

  #decided(caller: Caller, id: string): Promise<BatchView> {
    this.#rows.forget(`${caller.tenant} ${id}`);
    return this.get(caller, id);
  }

  async view(row: BatchRow): Promise<BatchView> {
    // By its last change too, so that a decision is seen at once.
    const { counts, underWay } = await this.#facts.look(`${row.id} ${row.updatedAt.getTime()}`, () => this.#find(row));
    return batchView(row, counts, underWay);
  }

  async #find(row: BatchRow): Promise<Facts> {
    const [counts, seen] = await Promise.all([
      batchCounts(this.database.db, [row.id]),
      row.status === 'running' ? this.live.look(batchWorkflowId(row.id)) : null,
    ]);
    // A batch answers the same query with a state of its own.
    const state = seen === null || seen === 'away' ? null : (seen.state as unknown as BatchState | null);
    return { counts: counts.get(row.id), underWay: state?.underWay?.length };
  }

  async items(
    { tenant }: Caller,
    id: string,
    { limit, cursor, status }: Ask<'listBatchItems'>['query'],
  ): Promise<Reply<'listBatchItems'>> {
    await this.row(tenant, id);
    const after =
      cursor === undefined
        ? undefined
        : gt(batchItems.place, Math.min(MOST_ITEMS, Number(readCursor(cursor, 'number'))));
    const rows = await this.database.db
      .select()
      .from(batchItems)
      .where(and(eq(batchItems.batch, id), after, status === undefined ? undefined : eq(batchItems.status, status)))
      .orderBy(asc(batchItems.place))
      .limit(limit + 1);
    return pageOf(rows, limit, ({ place }) => String(place), itemView);
  }

  async item({ tenant }: Caller, id: string, item: string): Promise<Reply<'getBatchItem'>> {
    await this.row(tenant, id);
    const [row] = await this.database.db
      .select()
      .from(batchItems)
      .where(and(eq(batchItems.batch, id), eq(batchItems.item, item)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `The batch ${id} has no item ${JSON.stringify(item)}.`);
    return { ...itemView(row), files: row.status === 'done' ? await this.links.files(row.person, row.video) : [] };
  }

  async cancel(caller: Caller, id: string): Promise<BatchView> {
    const { status } = await this.row(caller.tenant, id);
    if (status === 'cancelled' || status === 'done')
      throw new PortraitError(
        'CONFLICT',
        `The batch ${id} is ${status}; there is nothing to cancel.`,
        status === 'done'
          ? {}
          : { hint: 'To go on with the rest: POST /v1/batches/{id}:retry with "items": "unfinished".' },
      );
    const before = await this.engine.cancel(batchWorkflowId(id));
    await endBatch(this.database.db, caller.tenant, id, 'cancelled');
    // It may have been started meanwhile; a workflow that never was cannot tell that it has ended.
    if (!before && !(await this.engine.cancel(batchWorkflowId(id))))
      await tell(this.database, this.store, {
        id: `cancelled/${id}`,
        type: 'batch.completed',
        tenant: caller.tenant,
        batch: id,
      });
    return this.#decided(caller, id);
  }

  async retry(caller: Caller, id: string, { items }: Ask<'retryBatch'>['body']): Promise<BatchView> {
    await this.row(caller.tenant, id);
    await this.database.db.transaction(async (tx) => {
      await retryItems(tx, id, items);
      // What had ended is measured anew; what runs only hears of more items.
      const over = sql`${batches.status} IN ('done', 'cancelled')`;
      await tx
        .update(batches)
        .set({
          status: 'queued',
          startedAt: sql`CASE WHEN ${over} THEN NULL ELSE ${batches.startedAt} END` as never,
          finishedAt: null,
          updatedAt: sql`now()` as never,
        })
        .where(eq(batches.id, id));
    });
    this.starter.begin(id);
    return this.#decided(caller, id);
  }
}
