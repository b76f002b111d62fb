import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { StatusCache } from './status-cache.js';

/** A load that the test settles. */
function controlledLoad() {
  const pending: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const load = () => new Promise<number>((resolve, reject) => pending.push({ resolve, reject }));
  return { pending, load };
}

describe('StatusCache', () => {
  it('loads once for concurrent callers', async () => {
    const cache = new StatusCache<number>(60_000);
    const { pending, load } = controlledLoad();
    const requests = [cache.get('a', load), cache.get('a', load), cache.get('b', load)];
    expect(pending).toHaveLength(2);
    pending.forEach(({ resolve }, n) => resolve(n));
    expect(await Promise.all(requests)).toEqual([0, 0, 1]);
    expect(await cache.get('a', load)).toBe(0);
  });

  it('returns the stale value during a refresh and the fresh one afterwards', async () => {
    const cache = new StatusCache<number>(400);
    const { pending, load } = controlledLoad();
    const first = cache.get('a', load);
    pending[0]!.resolve(1);
    expect(await first).toBe(1);
    await sleep(450);
    expect(await Promise.all([cache.get('a', load), cache.get('a', load)])).toEqual([1, 1]);
    expect(pending).toHaveLength(2);
    pending[1]!.resolve(2);
    await sleep(1);
    expect(await cache.get('a', load)).toBe(2);
  });

  it('loads every time with an interval of 0, and after invalidation', async () => {
    let count = 0;
    const count1 = () => Promise.resolve(++count);
    const alone = new StatusCache<number>(0);
    expect([await alone.get('a', count1), await alone.get('a', count1)]).toEqual([1, 2]);
    const cache = new StatusCache<number>(60_000);
    const before = await cache.get('a', count1);
    cache.invalidate('a');
    expect(await cache.get('a', count1)).toBe(before + 1);
  });

  it('passes a failure to waiting callers and does not cache it', async () => {
    const cache = new StatusCache<number>(60_000);
    const { pending, load } = controlledLoad();
    const requests = cache.get('a', load);
    pending[0]!.reject(new Error('away'));
    await expect(requests).rejects.toThrow('away');
    void cache.get('a', load);
    expect(pending).toHaveLength(2);
  });
});
