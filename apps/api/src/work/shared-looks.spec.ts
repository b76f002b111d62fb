import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SharedLooks } from './shared-looks.js';

/** A look that ends when it is told to. */
function looker() {
  const waiting: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const find = () => new Promise<number>((resolve, reject) => waiting.push({ resolve, reject }));
  return { waiting, find };
}

describe('looks that are shared', () => {
  it('are one for all who ask at a time', async () => {
    const looks = new SharedLooks<number>(60_000);
    const { waiting, find } = looker();
    const asked = [looks.look('a', find), looks.look('a', find), looks.look('b', find)];
    expect(waiting).toHaveLength(2);
    waiting.forEach(({ resolve }, n) => resolve(n));
    expect(await Promise.all(asked)).toEqual([0, 0, 1]);
    expect(await looks.look('a', find)).toBe(0);
  });

  it('give what was seen before while it is looked anew, and what is found to the next', async () => {
    const looks = new SharedLooks<number>(400);
    const { waiting, find } = looker();
    const first = looks.look('a', find);
    waiting[0]!.resolve(1);
    expect(await first).toBe(1);
    await sleep(450);
    expect(await Promise.all([looks.look('a', find), looks.look('a', find)])).toEqual([1, 1]);
    expect(waiting).toHaveLength(2);
    waiting[1]!.resolve(2);
    await sleep(1);
    expect(await looks.look('a', find)).toBe(2);
  });

  it('that are shared by nobody are fresh, and so is the one after a decision', async () => {
    let count = 0;
    const count1 = () => Promise.resolve(++count);
    const alone = new SharedLooks<number>(0);
    expect([await alone.look('a', count1), await alone.look('a', count1)]).toEqual([1, 2]);
    const looks = new SharedLooks<number>(60_000);
    const before = await looks.look('a', count1);
    looks.forget('a');
    expect(await looks.look('a', count1)).toBe(before + 1);
  });

  it('that fail are told to who waited, and not kept', async () => {
    const looks = new SharedLooks<number>(60_000);
    const { waiting, find } = looker();
    const asked = looks.look('a', find);
    waiting[0]!.reject(new Error('away'));
    await expect(asked).rejects.toThrow('away');
    void looks.look('a', find);
    expect(waiting).toHaveLength(2);
  });
});
