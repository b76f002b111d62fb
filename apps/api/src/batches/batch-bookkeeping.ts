// Activities of the renderBatch workflow: claim the next items, build a render input, record a failed item, finish the
// batch.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PortraitError,
  type BookkeepingActivities,
  type QueuedVideo,
  type RenderVideoInput,
} from '@portrait/contracts';
import { and, eq } from 'drizzle-orm';
import { batchItems } from '../database/schema.js';
import { claimItems, endBatch, endItem, releaseItems } from './item-claims.js';
import { ItemPreparer, type PrepareTools } from './prepare-items.js';

export type BatchBookkeeping = Pick<BookkeepingActivities, 'nextItems' | 'videoInput' | 'itemFailed' | 'finishBatch'>;

export interface BatchTools extends PrepareTools {
  /** nextItems returns after this many ms at the latest; items still being fetched are returned by a later call. */
  responseMs?: number;
  /** Items prepared in parallel. */
  concurrency?: number;
}

// Workflows give a bookkeeping activity one minute.
const RESPONSE_MS = 30_000;
const CONCURRENCY = 8;

export function batchBookkeeping(tools: BatchTools): BatchBookkeeping {
  const preparer = new ItemPreparer(tools);
  const { db } = tools;
  return {
    nextItems: (input) => asRetryable(() => nextItems(tools, preparer, input)),
    videoInput: (queued) => asRetryable(() => videoInput(tools, preparer, queued)),
    itemFailed: ({ video, error }) => asRetryable(async () => void (await endItem(db, video, error))),
    finishBatch: ({ tenant, batch, status }) =>
      asRetryable(async () => void (await endBatch(db, tenant, batch, status))),
  };
}

/** Reports database errors as retryable, so that an outage does not end a batch of thousands. */
async function asRetryable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PortraitError
      ? error
      : new PortraitError('SERVER_UNREACHABLE', `The database cannot be used: ${(error as Error).message}`, {
          cause: error,
        });
  }
}

type Input = Parameters<BatchBookkeeping['nextItems']>[0];

async function nextItems(
  { db, responseMs = RESPONSE_MS, concurrency = CONCURRENCY }: BatchTools,
  preparer: ItemPreparer,
  { tenant, batch, claim, limit }: Input,
): Promise<QueuedVideo[]> {
  const end = new AbortController();
  const late = sleep(responseMs, 'late' as const, { signal: end.signal }).catch(() => 'late' as const);
  try {
    for (;;) {
      const rows = await claimItems(db, batch, claim, limit);
      if (rows.length === 0) return [];
      const ready: (RenderVideoInput | null | 'late')[] = Array(rows.length).fill('late');
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < rows.length) {
          const place = next++;
          const result = await Promise.race([preparer.prepare(tenant, rows[place]!), late]);
          if (result === 'late') return;
          ready[place] = result;
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      const lateVideos = rows.filter((_, place) => ready[place] === 'late').map(({ videoId }) => videoId);
      await releaseItems(db, claim, lateVideos);
      const found = ready.filter((entry): entry is RenderVideoInput => entry !== null && entry !== 'late');
      if (found.length > 0) return found.map(({ video }) => ({ tenant, batch, video }));
      if (lateVideos.length > 0)
        throw new PortraitError(
          'SERVER_UNREACHABLE',
          `${lateVideos.length} items of the batch ${batch} are still being fetched.`,
          { hint: 'Retry in a moment.' },
        );
      // Every claimed item failed; claim more.
    }
  } finally {
    end.abort();
  }
}

/** Finds what was prepared when the item was claimed, so that nothing is fetched twice. */
async function videoInput(
  { db }: BatchTools,
  preparer: ItemPreparer,
  { tenant, batch, video }: QueuedVideo,
): Promise<RenderVideoInput> {
  const [row] = await db
    .select()
    .from(batchItems)
    .where(and(eq(batchItems.batch, batch), eq(batchItems.videoId, video)));
  const input = row?.status === 'running' ? await preparer.prepare(tenant, row) : null;
  if (input === null)
    throw new PortraitError('CONFLICT', `The video ${video} cannot start: its item is ${row?.status ?? 'gone'}.`);
  return input;
}
