import { describe, expect, it } from '@jest/globals';
import { cut } from './plan-parts.js';

describe('cut', () => {
  it('covers every frame once, in order, with borders at whole segments', () => {
    for (const [first, end, segment, parts] of [
      [0, 1000, 250, 4],
      [0, 1001, 250, 3],
      [130, 1777, 250, 5],
      [0, 25, 250, 4],
      [240, 260, 250, 2],
    ] as const) {
      const ranges = cut(first, end, segment, parts);
      expect(ranges[0]![0]).toBe(first);
      expect(ranges.at(-1)![1]).toBe(end);
      for (const [i, [from, to]] of ranges.entries()) {
        expect(to).toBeGreaterThan(from);
        if (i > 0) expect([from, from % segment]).toEqual([ranges[i - 1]![1], 0]);
      }
      expect(ranges.length).toBeLessThanOrEqual(parts);
    }
  });

  it('makes fewer parts where there are fewer segments', () => {
    expect(cut(0, 100, 250, 5)).toEqual([[0, 100]]);
    expect(cut(0, 500, 250, 5)).toEqual([
      [0, 250],
      [250, 500],
    ]);
  });
});
