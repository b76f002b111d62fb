// Items change hands: kept, claimed by a call of the workflow, given back, ended, begun again. Every change says from which status it starts,
// so that saying it twice changes nothing.
import { PortraitError, type Failure } from '@portrait/contracts';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import type { ItemRequest, ItemRow } from './batch-rows.js';

const NOW = sql`now()` as never;

export interface NewItem {
  item: string;
  person: string;
  request: ItemRequest;
  videoId: string;
}

/** Rows a statement: one parameter holds them all, as a statement has room for 65,535 only. */
const ROWS = 5000;

/** In the order in which they are to be begun. */
export async function insertItems(db: Queries, batch: string, items: readonly NewItem[]): Promise<void> {
  for (let first = 0; first < items.length; first += ROWS) {
    await new Promise((resolve) => setImmediate(resolve));
    const rows = JSON.stringify(
      items.slice(first, first + ROWS).map((item, index) => ({ ...item, place: first + index })),
    );
    await db.execute(sql`INSERT INTO batch_items (batch, place, item, person, request, status, video_id)
      SELECT ${batch}, place, item, person, request, 'waiting', "videoId" FROM jsonb_to_recordset(${rows}::jsonb) AS r(place int, item text, person text, request jsonb, "videoId" text)`);
  }
}

/** The items this call has, or else the next ones that wait, in their order. */
export async function claimItems(db: Queries, batch: string, claim: string, limit: number): Promise<ItemRow[]> {
  const mine = await db
    .select()
    .from(batchItems)
    .where(and(eq(batchItems.batch, batch), eq(batchItems.claim, claim), eq(batchItems.status, 'running')))
    .orderBy(asc(batchItems.place));
  if (mine.length > 0) return mine;
  // What is being erased must not be begun, whoever asks. As an array: a plain IN may run the query once a row, and its LIMIT then bounds nothing.
  const next = sql`SELECT i.place FROM batch_items i JOIN batches b ON b.id = i.batch JOIN people p ON p.id = i.person
    WHERE i.batch = ${batch} AND i.status = 'waiting' AND b.status <> 'cancelled' AND p.status <> 'erasing' ORDER BY i.place LIMIT ${limit} FOR UPDATE OF i SKIP LOCKED`;
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

/** As if they had not been claimed. */
export async function giveBackItems(db: Queries, claim: string, videos: readonly string[]): Promise<void> {
  if (videos.length === 0) return;
  await db
    .update(batchItems)
    .set({ status: 'waiting', claim: null, attempt: sql`${batchItems.attempt} - 1`, startedAt: null })
    .where(
      and(inArray(batchItems.videoId, [...videos]), eq(batchItems.claim, claim), eq(batchItems.status, 'running')),
    );
}

/** @returns false when it had ended already */
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

/** @returns what the batch is now; null when it is gone */
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
      // A retry came after the workflow had asked for the last time: what is queued is started again.
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

/** Lets items wait again that have failed or were cancelled. @throws PortraitError CONFLICT, NOT_FOUND when some cannot */
export async function retryItems(
  db: Queries,
  batch: string,
  which: 'failed' | 'unfinished' | readonly string[],
): Promise<void> {
  const named = typeof which === 'string' ? null : [...new Set(which)];
  if (named !== null) await requireEnded(db, batch, named);
  const chosen =
    named === null
      ? which === 'failed'
        ? eq(batchItems.status, 'failed')
        : inArray(batchItems.status, ['failed', 'cancelled'])
      : sql`${batchItems.item} = ANY(${sql.param(named)}::text[]) AND ${batchItems.status} IN ('failed', 'cancelled')`;
  const moved = await db
    .update(batchItems)
    .set({ status: 'waiting', claim: null, error: null, startedAt: null, finishedAt: null })
    .where(and(eq(batchItems.batch, batch), chosen))
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
    throw new PortraitError(
      'CONFLICT',
      `Only items that have failed or were cancelled can be retried; these have not: ${quoted(others)}.`,
    );
}
