import { describe, expect, it } from '@jest/globals';
import { collectFrames, lagOf } from './index.js';

const tone = Float32Array.from({ length: 8000 }, (_, k) => Math.sin(k / 5) * Math.sin(k / 700 + (k / 900) ** 2));

describe('lagOf', () => {
  it.each([0, 1, -1, 37, -100])('finds a shift of %i samples', (shift) => {
    expect(
      lagOf(
        tone.map((_, k) => tone[k - shift] ?? 0),
        tone,
      ),
    ).toBe(shift);
  });

  it('returns NaN for a sound of NaN samples', () => {
    expect(lagOf(new Float32Array(8000).fill(Number.NaN), tone)).toBeNaN();
  });
});

describe('collectFrames', () => {
  it('copies every frame, also views into a larger buffer', async () => {
    const whole = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 2);
      yield whole.subarray(2, 6);
    }
    expect((await collectFrames(source())).map((frame) => [...frame])).toEqual([
      [1, 2],
      [3, 4, 5, 6],
    ]);
  });
});
