import { describe, expect, it } from '@jest/globals';
import { distanceTransform } from './distance-transform.js';

/** Marks from a linear congruential generator, the same in every run. */
function marks(count: number, size: number): Uint8Array {
  const marked = new Uint8Array(size * size);
  let state = 7;
  for (let i = 0; i < count; i++) marked[(state = (state * 48271) % 2147483647) % marked.length] = 1;
  return marked;
}

describe('distanceTransform', () => {
  it('equals a brute-force search for the nearest mark', () => {
    const size = 23;
    for (const count of [1, 4, 40]) {
      const marked = marks(count, size);
      const distances = distanceTransform(marked, size, size);
      for (let p = 0; p < marked.length; p++) {
        let nearest = Infinity;
        marked.forEach((m, q) => {
          if (m)
            nearest = Math.min(
              nearest,
              Math.hypot((p % size) - (q % size), Math.floor(p / size) - Math.floor(q / size)),
            );
        });
        // float32 of an exact square root
        expect(Math.abs(distances[p]! - nearest)).toBeLessThan(1e-5);
      }
    }
  });

  it('is infinite where nothing is marked, and accepts non-square sizes', () => {
    expect([...distanceTransform(new Uint8Array(6), 3, 2)]).toEqual(Array(6).fill(Infinity));
    expect([...distanceTransform(Uint8Array.of(1, 0, 0, 0, 0, 0), 3, 2)].map((d) => Math.round(d * d))).toEqual([
      0, 1, 4, 1, 2, 5,
    ]);
  });
});
