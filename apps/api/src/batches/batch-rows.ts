// Rows of batches and items: the stored request of an item, and item counts by status.
import type { ArtifactRef } from '@portrait/contracts';
import type { VideoRequest } from '@portrait/contracts/api';
import { and, count, eq, gte, inArray, sql, sum } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batches, batchItems } from '../database/schema.js';

export type BatchRow = typeof batches.$inferSelect;
export type ItemRow = typeof batchItems.$inferSelect;

/** Artifacts fetched from addresses for an item. Stored, so that a retry does not fetch them again. */
export interface FetchedMedia {
  speech?: ArtifactRef<'speech'>;
  poseTrack?: ArtifactRef<'track'>;
  eyeTrack?: ArtifactRef<'track'>;
  backgroundMedia?: ArtifactRef<'background-media'>;
}

/** Content of the column `request`. The field names are part of the stored format. */
export interface ItemRequest {
  asked: VideoRequest;
  brought?: FetchedMedia;
}

export const requestOf = (row: Pick<ItemRow, 'request'>): ItemRequest => row.request as unknown as ItemRequest;

export interface Counts {
  total: number;
  waiting: number;
  running: number;
  done: number;
  failed: number;
  cancelled: number;
  /** Done or failed since the batch last started. */
  ended: number;
  /** Total length of the finished videos. */
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

/** Counts by batch id; a batch without items has no entry. */
export async function batchCounts(db: Queries, ids: readonly string[]): Promise<Map<string, Counts>> {
  const found = new Map<string, Counts>();
  if (ids.length === 0) return found;
  const endedSinceStart = and(
    inArray(batchItems.status, ['done', 'failed']),
    gte(batchItems.finishedAt, batches.startedAt),
  );
  const ended = sql<number>`count(*) FILTER (WHERE ${endedSinceStart})`.mapWith(Number);
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
