import { describe, expect, it } from '@jest/globals';
import { openClient } from '@portrait/api-client';
import { watchChanges, type Change, type WatchIntervals } from './watch-changes.js';
import { refusal } from './scripted-api.testing.js';

const block = (id: number): string => `id: ${id}\nevent: stage.done\ndata: {"id":"e${id}","type":"stage.done"}\n\n`;
const progress = 'event: progress\ndata: {"progress":0.5,"stages":[]}\n\n';

/** Streams `texts` at once, then stays open, or answers a reconnect with `then`. */
async function firstChanges(
  texts: string[],
  count: number,
  intervals: WatchIntervals = {},
  then?: () => Response,
): Promise<Change['type'][]> {
  let requests = 0;
  const fetch = (async (_: string, init: RequestInit) => {
    if (requests++ > 0 && then) return then();
    return new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const text of texts) controller.enqueue(Buffer.from(text));
          if (then) controller.close();
          init.signal!.addEventListener('abort', () => then ?? controller.error(init.signal!.reason), { once: true });
        },
      }),
    );
  }) as typeof globalThis.fetch;
  const seen: Change['type'][] = [];
  for await (const { type } of watchChanges(
    openClient({ url: 'http://api.test', key: 'k', fetch }),
    { personId: 'p' },
    new AbortController().signal,
    intervals,
  )) {
    seen.push(type);
    if (seen.length === count) break;
  }
  return seen;
}

describe('watchChanges', () => {
  it('yields progress, events, and quiet after the maximum interval', async () => {
    expect(await firstChanges([progress, block(1)], 3, { maxIntervalMs: 5 })).toEqual(['progress', 'event', 'quiet']);
  });

  it('merges events within the minimum interval and keeps the last one', async () => {
    expect(
      await firstChanges([block(1), block(2), block(3), progress, block(4)], 2, {
        maxIntervalMs: 5,
        minIntervalMs: 20,
      }),
    ).toEqual(['event', 'quiet']);
  });

  it('ends when the watched work is gone', async () => {
    expect(await firstChanges([block(1)], 9, { maxIntervalMs: 60_000 }, () => refusal(404, 'NOT_FOUND'))).toEqual([
      'event',
      'gone',
    ]);
  });
});
