import { describe, expect, it, jest } from '@jest/globals';
import { openSegmenter } from '../index.js';

jest.setTimeout(180_000);

describe('abort during native work', () => {
  it('fails with CANCELLED and keeps the process alive, repeatedly', async () => {
    const rgb = new Uint8Array(64 * 64 * 3).fill(90);
    for (let attempt = 0; attempt < 4; attempt++) {
      const stop = new AbortController();
      const segmenter = await openSegmenter({ threads: 2, signal: stop.signal });
      const running = [1, 2, 3].map(() => segmenter.logits(rgb, 64));
      setTimeout(() => stop.abort(), attempt * 20);
      for (const outcome of await Promise.allSettled(running)) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CANCELLED' });
      }
      await expect(segmenter.logits(rgb, 64)).rejects.toMatchObject({ code: 'CANCELLED' });
      await segmenter.close();
    }
  });

  it('stops while threads are loading', async () => {
    const stop = new AbortController();
    const opening = openSegmenter({ threads: 2, signal: stop.signal });
    setTimeout(() => stop.abort(), 300);
    const outcome = await opening.then(
      (segmenter) => segmenter.close(),
      (error: unknown) => error,
    );
    if (outcome) expect(outcome).toMatchObject({ code: 'CANCELLED' });
  });
});
