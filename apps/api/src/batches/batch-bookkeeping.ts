// What renderBatch asks of the database: its next items, the end of one that failed, the end of all.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PortraitError,
  type BookkeepingActivities,
  type QueuedVideo,
  type RenderVideoInput,
} from '@portrait/contracts';
import { and, eq } from 'drizzle-orm';
import { batchItems } from '../database/schema.js';
import { claimItems, endBatch, endItem, giveBackItems } from './item-claims.js';
import { ItemPreparer, type PrepareTools } from './prepare-items.js';

export type BatchBookkeeping = Pick<BookkeepingActivities, 'nextItems' | 'videoInput' | 'itemFailed' | 'finishBatch'>;

export interface BatchTools extends PrepareTools {
  /** A call that waits for what is fetched answers after this at the latest, ms; what is late is in the answer of a later call. */
  answerMs?: number;
  /** Items prepared at a time. */
  atOnce?: number;
}

// Workflows give a call of bookkeeping one minute.
const ANSWER_MS = 30_000;
const AT_ONCE = 8;

export function batchBookkeeping(tools: BatchTools): BatchBookkeeping {
  const preparer = new ItemPreparer(tools);
  const { db } = tools;
  return {
    nextItems: (input) => again(() => nextItems(tools, preparer, input)),
    videoInput: (queued) => again(() => videoInput(tools, preparer, queued)),
    itemFailed: ({ video, error }) => again(async () => void (await endItem(db, video, error))),
    finishBatch: ({ tenant, batch, status }) => again(async () => void (await endBatch(db, tenant, batch, status))),
  };
}

/** A database that fails is asked again by whoever called: no reason for a batch of thousands to end. */
async function again<T>(work: () => Promise<T>): Promise<T> {
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
  { db, answerMs = ANSWER_MS, atOnce = AT_ONCE }: BatchTools,
  preparer: ItemPreparer,
  { tenant, batch, claim, limit }: Input,
): Promise<QueuedVideo[]> {
  const end = new AbortController();
  const late = sleep(answerMs, 'late' as const, { signal: end.signal }).catch(() => 'late' as const);
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
      await Promise.all(Array.from({ length: atOnce }, work));
      const lateVideos = rows.filter((_, place) => ready[place] === 'late').map(({ videoId }) => videoId);
      await giveBackItems(db, claim, lateVideos);
      const found = ready.filter((entry): entry is RenderVideoInput => entry !== null && entry !== 'late');
      if (found.length > 0) return found.map(({ video }) => ({ tenant, batch, video }));
      if (lateVideos.length > 0)
        throw new PortraitError(
          'SERVER_UNREACHABLE',
          `${lateVideos.length} items of the batch ${batch} are still being fetched.`,
          { hint: 'Ask again in a moment.' },
        );
      // All of them failed; others may wait.
    }
  } finally {
    end.abort();
  }
}

/** What was prepared when the item was handed out is found again: nothing is fetched twice. */
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
    throw new PortraitError(
      'CONFLICT',
      `The video ${video} cannot be begun any more: its item is ${row?.status ?? 'gone'}.`,
    );
  return input;
}
