// Rows of batches and their items: what an item's request is made of, and how many items stand where.
import type { ArtifactRef } from '@portrait/contracts';
import type { VideoRequest } from '@portrait/contracts/api';
import { and, count, eq, inArray, sql, sum } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';

export type BatchRow = typeof batches.$inferSelect;
export type ItemRow = typeof batchItems.$inferSelect;

/** What was fetched for an item from addresses: kept, so that a retry does not fetch it again. */
export interface Brought {
  speech?: ArtifactRef<'speech'>;
  poseTrack?: ArtifactRef<'track'>;
  eyeTrack?: ArtifactRef<'track'>;
  backgroundMedia?: ArtifactRef<'background-media'>;
}

/** The column `request` of an item. */
export interface ItemRequest {
  asked: VideoRequest;
  brought?: Brought;
}

export const requestOf = (row: Pick<ItemRow, 'request'>): ItemRequest => row.request as unknown as ItemRequest;

export interface Counts {
  total: number;
  waiting: number;
  running: number;
  done: number;
  failed: number;
  cancelled: number;
  /** Ended since the batch was last begun, well or not. */
  ended: number;
  /** Length of the videos made, and what they took, seconds. */
  seconds: number;
  coreSeconds: number;
}

export const NO_ITEMS: Counts = {
  total: 0,
  waiting: 0,
  running: 0,
  done: 0,
  failed: 0,
  cancelled: 0,
  ended: 0,
  seconds: 0,
  coreSeconds: 0,
};

/** By batch; one without items is not in it. */
export async function batchCounts(db: Queries, ids: readonly string[]): Promise<Map<string, Counts>> {
  const found = new Map<string, Counts>();
  if (ids.length === 0) return found;
  const ended =
    sql<number>`count(*) FILTER (WHERE ${batchItems.status} IN ('done', 'failed') AND ${batchItems.finishedAt} >= ${batches.startedAt})`.mapWith(
      Number,
    );
  const rows = await db
    .select({
      batch: batchItems.batch,
      status: batchItems.status,
      items: count(),
      ended,
      seconds: sum(batchItems.seconds),
      coreSeconds: sum(batchItems.coreSeconds),
    })
    .from(batchItems)
    .innerJoin(batches, eq(batches.id, batchItems.batch))
    .where(inArray(batchItems.batch, [...ids]))
    .groupBy(batchItems.batch, batchItems.status);
  for (const { batch, status, items, ended: since, seconds, coreSeconds } of rows) {
    const counts = found.get(batch) ?? { ...NO_ITEMS };
    counts[status] = items;
    counts.total += items;
    counts.ended += since;
    if (status === 'done')
      Object.assign(counts, { seconds: Number(seconds ?? 0), coreSeconds: Number(coreSeconds ?? 0) });
    found.set(batch, counts);
  }
  return found;
}

/** Null when the tenant has no such batch. */
export async function findBatch(db: Queries, tenant: string, id: string): Promise<BatchRow | null> {
  const [row] = await db
    .select()
    .from(batches)
    .where(and(eq(batches.tenant, tenant), eq(batches.id, id)));
  return row ?? null;
}
