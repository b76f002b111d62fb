// Items change hands: claimed by a call of the workflow, given back, ended. Every change says from which status it starts, so that saying it twice changes nothing.
import type { Failure } from '@portrait/contracts';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';
import type { ItemRow } from './batch-rows.js';

const NOW = sql`now()` as never;

/** The items this call has, or else the next ones that wait, in their order. */
export async function claimItems(db: Queries, batch: string, claim: string, limit: number): Promise<ItemRow[]> {
  const mine = await db.select().from(batchItems).where(and(eq(batchItems.batch, batch), eq(batchItems.claim, claim), eq(batchItems.status, 'running'))).orderBy(asc(batchItems.place));
  if (mine.length > 0) return mine;
  // What is being erased must not be begun, whoever asks.
  const next = sql`SELECT i.place FROM batch_items i JOIN batches b ON b.id = i.batch JOIN people p ON p.id = i.person
    WHERE i.batch = ${batch} AND i.status = 'waiting' AND b.status <> 'cancelled' AND p.status <> 'erasing' ORDER BY i.place LIMIT ${limit} FOR UPDATE OF i SKIP LOCKED`;
  const taken = await db.update(batchItems).set({ status: 'running', claim, attempt: sql`${batchItems.attempt} + 1`, startedAt: NOW, finishedAt: null, error: null })
    .where(and(eq(batchItems.batch, batch), sql`${batchItems.place} IN (${next})`)).returning();
  return taken.sort((a, b) => a.place - b.place);
}

/** As if they had not been claimed. */
export async function giveBackItems(db: Queries, claim: string, videos: readonly string[]): Promise<void> {
  if (videos.length === 0) return;
  await db.update(batchItems).set({ status: 'waiting', claim: null, attempt: sql`${batchItems.attempt} - 1`, startedAt: null })
    .where(and(inArray(batchItems.videoId, [...videos]), eq(batchItems.claim, claim), eq(batchItems.status, 'running')));
}

/** @returns false when it had ended already */
export async function endItem(db: Queries, video: string, error: Failure): Promise<boolean> {
  const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
  return (await db.update(batchItems).set({ status, error: status === 'cancelled' ? null : error, finishedAt: NOW }).where(and(eq(batchItems.videoId, video), inArray(batchItems.status, ['waiting', 'running']))).returning({ place: batchItems.place })).length > 0;
}

/** @returns what the batch is now; null when it is gone */
export async function endBatch(db: Queries, tenant: string, batch: string, status: 'done' | 'cancelled'): Promise<'done' | 'cancelled' | 'queued' | null> {
  return db.transaction(async (tx) => {
    const [row] = await tx.select({ status: batches.status }).from(batches).where(and(eq(batches.tenant, tenant), eq(batches.id, batch))).for('update');
    if (row === undefined) return null;
    if (status === 'cancelled') {
      await tx.update(batchItems).set({ status: 'cancelled', finishedAt: NOW }).where(and(eq(batchItems.batch, batch), inArray(batchItems.status, ['waiting', 'running'])));
    } else if (row.status !== 'cancelled') {
      // A retry came after the workflow had asked for the last time: what is queued is started again.
      const waiting = await tx.select({ place: batchItems.place }).from(batchItems).where(and(eq(batchItems.batch, batch), eq(batchItems.status, 'waiting'))).limit(1);
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
