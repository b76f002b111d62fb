// Creates, shows, cancels and retries batches. accept-batch.ts validates requests; batch-bookkeeping.ts serves the
// workflow.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { batchWorkflowId, PortraitError, type BatchState, type StageSpecs } from '@portrait/contracts';
import { MAX_ITEMS, type BatchView } from '@portrait/contracts/api';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import { publishEvent } from '../bookkeeping/event-publisher.js';
import type { Database } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf, readCursor } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
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
import { LiveStatus } from '../work/live-status.js';
import { StatusCache } from '../work/status-cache.js';
import { acceptItems } from './accept-batch.js';
import { batchCounts, findBatch, type BatchRow, type Counts } from './batch-rows.js';
import { BatchStarter } from './batch-starter.js';
import { batchView, itemView } from './batch-view.js';
import { endBatch, insertItems, retryItems } from './item-claims.js';

/** Refresh interval of the row, as a fraction of that of the other facts: the row is cheap and carries decisions. */
const ROW_REFRESH_FRACTION = 0.1;

interface Facts {
  counts: Counts | undefined;
  /** Items running now; undefined when the workflow cannot be queried. */
  underWay: number | undefined;
}

@Injectable()
export class BatchesService {
  readonly #rows: StatusCache<BatchRow>;
  readonly #facts: StatusCache<Facts>;

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
    private readonly live: LiveStatus,
  ) {
    this.#rows = new StatusCache(ROW_REFRESH_FRACTION * options.refreshMs);
    this.#facts = new StatusCache(options.refreshMs);
  }

  async create(
    { tenant }: Caller,
    {
      name,
      window,
      priority,
      concurrency,
      defaults,
      metadata,
      callbackUrl,
      ...given
    }: RequestOf<'createBatch'>['body'],
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
    // Returns the state at acceptance; later changes appear in GET.
    const accepted = await this.view(await this.row(tenant, id));
    this.starter.begin(id);
    return accepted;
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, status }: RequestOf<'listBatches'>['query'],
  ): Promise<ResponseOf<'listBatches'>> {
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
        hint: 'Call GET /v1/batches to list them.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<BatchView> {
    return this.view(await this.#rows.get(`${tenant} ${id}`, () => this.row(tenant, id)));
  }

  #afterDecision(caller: Caller, id: string): Promise<BatchView> {
    this.#rows.invalidate(`${caller.tenant} ${id}`);
    return this.get(caller, id);
  }

  async view(row: BatchRow): Promise<BatchView> {
    // The key includes updatedAt, so that a decision is visible at once.
    const { counts, underWay } = await this.#facts.get(`${row.id} ${row.updatedAt.getTime()}`, () => this.#find(row));
    return batchView(row, counts, underWay);
  }

  async #find(row: BatchRow): Promise<Facts> {
    const [counts, live] = await Promise.all([
      batchCounts(this.database.db, [row.id]),
      row.status === 'running' ? this.live.get(batchWorkflowId(row.id)) : null,
    ]);
    // A batch workflow answers the state query with a BatchState.
    const state = live === null || live === 'unreachable' ? null : (live.state as unknown as BatchState | null);
    return { counts: counts.get(row.id), underWay: state?.underWay?.length };
  }

  async items(
    { tenant }: Caller,
    id: string,
    { limit, cursor, status }: RequestOf<'listBatchItems'>['query'],
  ): Promise<ResponseOf<'listBatchItems'>> {
    await this.row(tenant, id);
    const after =
      cursor === undefined
        ? undefined
        : gt(batchItems.place, Math.min(MAX_ITEMS, Number(readCursor(cursor, 'number'))));
    const rows = await this.database.db
      .select()
      .from(batchItems)
      .where(and(eq(batchItems.batch, id), after, status === undefined ? undefined : eq(batchItems.status, status)))
      .orderBy(asc(batchItems.place))
      .limit(limit + 1);
    return pageOf(rows, limit, ({ place }) => String(place), itemView);
  }

  async item({ tenant }: Caller, id: string, item: string): Promise<ResponseOf<'getBatchItem'>> {
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
          : { hint: 'Run the remaining items with POST /v1/batches/{id}:retry and "items": "unfinished".' },
      );
    const before = await this.engine.cancel(batchWorkflowId(id));
    await endBatch(this.database.db, caller.tenant, id, 'cancelled');
    // The workflow may have started meanwhile. A workflow that never started cannot publish the end of the batch.
    if (!before && !(await this.engine.cancel(batchWorkflowId(id))))
      await publishEvent(this.database, this.store, {
        id: `cancelled/${id}`,
        type: 'batch.completed',
        tenant: caller.tenant,
        batch: id,
      });
    return this.#afterDecision(caller, id);
  }

  async retry(caller: Caller, id: string, { items }: RequestOf<'retryBatch'>['body']): Promise<BatchView> {
    await this.row(caller.tenant, id);
    await this.database.db.transaction(async (tx) => {
      await retryItems(tx, id, items);
      // A finished batch is measured anew; a running one keeps its start time.
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
    return this.#afterDecision(caller, id);
  }
}
