import { describe, expect, it } from '@jest/globals';
import { openClient } from '@portrait/api-client';
import { watchChanges, type Change, type WatchIntervals } from './watch-changes.js';
import { refusal } from './scripted-api.testing.js';

const block = (id: number): string => `id: ${id}\nevent: stage.done\ndata: {"id":"e${id}","type":"stage.done"}\n\n`;
const progress = 'event: progress\ndata: {"progress":0.5,"stages":[]}\n\n';

/** Texts arrive at once; the stream stays open, or is answered by `then` when it is asked for again. */
async function hear(
  texts: string[],
  wanted: number,
  pace: WatchIntervals = {},
  then?: () => Response,
): Promise<Change['type'][]> {
  let asked = 0;
  const fetch = (async (_: string, init: RequestInit) => {
    if (asked++ > 0 && then) return then();
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
  const told: Change['type'][] = [];
  for await (const { type } of watchChanges(
    openClient({ url: 'http://api.test', key: 'k', fetch }),
    { personId: 'p' },
    new AbortController().signal,
    pace,
  )) {
    told.push(type);
    if (told.length === wanted) break;
  }
  return told;
}

describe('changes', () => {
  it('are progress as it comes, events, and a look when nothing is told', async () => {
    expect(await hear([progress, block(1)], 3, { maxIntervalMs: 5 })).toEqual(['progress', 'event', 'quiet']);
  });

  it('that come together are told once, and the last of them is not lost', async () => {
    expect(await hear([block(1), block(2), block(3), progress, block(4)], 2, { maxIntervalMs: 5, minIntervalMs: 20 })).toEqual([
      'event',
      'quiet',
    ]);
  });

  it('end with what is watched', async () => {
    expect(await hear([block(1)], 9, { maxIntervalMs: 60_000 }, () => refusal(404, 'NOT_FOUND'))).toEqual(['event', 'gone']);
  });
});
