// State changes of items: insert, claim, release, end, retry. Each change names the status it starts from, so that
// repeating it is a no-op.
import { PortraitError, type Failure } from '@portrait/contracts';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import type { ItemRequest, ItemRow } from './batch-rows.js';

const NOW = sql`now()` as never;

interface NewItem {
  item: string;
  person: string;
  request: ItemRequest;
  videoId: string;
}

/** Each chunk is passed as one JSON parameter: a statement holds at most 65,535 parameters. */
const ROWS_PER_STATEMENT = 5000;

/** Inserts items in the order in which they start. */
export async function insertItems(db: Queries, batch: string, items: readonly NewItem[]): Promise<void> {
  for (let first = 0; first < items.length; first += ROWS_PER_STATEMENT) {
    await new Promise((resolve) => setImmediate(resolve));
    const rows = JSON.stringify(
      items.slice(first, first + ROWS_PER_STATEMENT).map((item, index) => ({ ...item, place: first + index })),
    );
    await db.execute(sql`
      INSERT INTO batch_items (batch, place, item, person, request, status, video_id)
      SELECT ${batch}, place, item, person, request, 'waiting', "videoId"
      FROM jsonb_to_recordset(${rows}::jsonb)
        AS r(place int, item text, person text, request jsonb, "videoId" text)`);
  }
}

/** Returns the items this claim already holds, or claims the next waiting ones in order. */
export async function claimItems(db: Queries, batch: string, claim: string, limit: number): Promise<ItemRow[]> {
  const mine = await db
    .select()
    .from(batchItems)
    .where(and(eq(batchItems.batch, batch), eq(batchItems.claim, claim), eq(batchItems.status, 'running')))
    .orderBy(asc(batchItems.place));
  if (mine.length > 0) return mine;
  // ANY(ARRAY(…)) runs the subquery once; a plain IN may run it once per row, which defeats LIMIT.
  const next = sql`
    SELECT i.place FROM batch_items i
    JOIN batches b ON b.id = i.batch
    JOIN people p ON p.id = i.person
    WHERE i.batch = ${batch} AND i.status = 'waiting' AND b.status <> 'cancelled' AND p.status <> 'erasing'
    ORDER BY i.place LIMIT ${limit} FOR UPDATE OF i SKIP LOCKED`;
  const taken = await db
    .update(batchItems)
    .set({
      status: 'running',
      claim,
      attempt: sql`${batchItems.attempt} + 1`,
      startedAt: NOW,
      finishedAt: null,
      error: null,
    })
    .where(and(eq(batchItems.batch, batch), sql`${batchItems.place} = ANY(ARRAY(${next}))`))
    .returning();
  return taken.sort((a, b) => a.place - b.place);
}

/** Undoes a claim. */
export async function releaseItems(db: Queries, claim: string, videos: readonly string[]): Promise<void> {
  if (videos.length === 0) return;
  await db
    .update(batchItems)
    .set({ status: 'waiting', claim: null, attempt: sql`${batchItems.attempt} - 1`, startedAt: null })
    .where(
      and(inArray(batchItems.videoId, [...videos]), eq(batchItems.claim, claim), eq(batchItems.status, 'running')),
    );
}

/** @returns false when the item had already ended */
export async function endItem(db: Queries, video: string, error: Failure): Promise<boolean> {
  const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
  return (
    (
      await db
        .update(batchItems)
        .set({ status, error: status === 'cancelled' ? null : error, finishedAt: NOW })
        .where(and(eq(batchItems.videoId, video), inArray(batchItems.status, ['waiting', 'running'])))
        .returning({ place: batchItems.place })
    ).length > 0
  );
}

/** @returns the new status of the batch; null when it no longer exists */
export async function endBatch(
  db: Queries,
  tenant: string,
  batch: string,
  status: 'done' | 'cancelled',
): Promise<'done' | 'cancelled' | 'queued' | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .select({ status: batches.status })
      .from(batches)
      .where(and(eq(batches.tenant, tenant), eq(batches.id, batch)))
      .for('update');
    if (row === undefined) return null;
    if (status === 'cancelled') {
      await tx
        .update(batchItems)
        .set({ status: 'cancelled', finishedAt: NOW })
        .where(and(eq(batchItems.batch, batch), inArray(batchItems.status, ['waiting', 'running'])));
    } else if (row.status !== 'cancelled') {
      // A retry arrived after the workflow's last call for items: queue the batch again.
      const waiting = await tx
        .select({ place: batchItems.place })
        .from(batchItems)
        .where(and(eq(batchItems.batch, batch), eq(batchItems.status, 'waiting')))
        .limit(1);
      if (waiting.length > 0) {
        await tx.update(batches).set({ status: 'queued', updatedAt: NOW }).where(eq(batches.id, batch));
        return 'queued';
      }
    }
    const end = row.status === 'cancelled' ? 'cancelled' : status;
    await tx.update(batches).set({ status: end, finishedAt: NOW, updatedAt: NOW }).where(eq(batches.id, batch));
    return end;
  });
}

/**
 * Sets failed or cancelled items back to waiting.
 * @throws PortraitError CONFLICT or NOT_FOUND when an item cannot be retried
 */
export async function retryItems(
  db: Queries,
  batch: string,
  which: 'failed' | 'unfinished' | readonly string[],
): Promise<void> {
  const named = typeof which === 'string' ? null : [...new Set(which)];
  if (named !== null) await requireEnded(db, batch, named);
  const statuses = which === 'failed' ? (['failed'] as const) : (['failed', 'cancelled'] as const);
  const isNamed = named === null ? undefined : sql`${batchItems.item} = ANY(${sql.param(named)}::text[])`;
  const moved = await db
    .update(batchItems)
    .set({ status: 'waiting', claim: null, error: null, startedAt: null, finishedAt: null })
    .where(and(eq(batchItems.batch, batch), inArray(batchItems.status, [...statuses]), isNamed))
    .returning({ place: batchItems.place });
  if (moved.length === 0)
    throw new PortraitError(
      'CONFLICT',
      `No item of the batch ${batch} has ${which === 'failed' ? 'failed' : 'failed or was cancelled'}.`,
    );
}

async function requireEnded(db: Queries, batch: string, items: readonly string[]): Promise<void> {
  const rows = await db
    .select({ item: batchItems.item, status: batchItems.status })
    .from(batchItems)
    .where(and(eq(batchItems.batch, batch), sql`${batchItems.item} = ANY(${sql.param([...items])}::text[])`));
  const known = new Map(rows.map(({ item, status }) => [item, status]));
  const quoted = (names: readonly string[]): string =>
    `${names
      .slice(0, 10)
      .map((name) => JSON.stringify(name))
      .join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
  const missing = items.filter((item) => !known.has(item));
  if (missing.length > 0) throw new PortraitError('NOT_FOUND', `The batch ${batch} has no item ${quoted(missing)}.`);
  const others = items.filter((item) => !['failed', 'cancelled'].includes(known.get(item)!));
  if (others.length > 0)
    throw new PortraitError('CONFLICT', `Only failed or cancelled items can be retried, not ${quoted(others)}.`);
}
