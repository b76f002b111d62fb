import { describe, expect, it } from '@jest/globals';
import { CHIN, FACE_TOP, INNER_LIP_PAIRS, LIPS_INNER, LIPS_OUTER } from '@portrait/face';
import { lmd, mouthFollow, openings, stillMouthLmd } from './mouth.js';

/** Face of height 100 whose inner lips are `gap` apart, moved by (dx, dy). */
function face(gap: number, dx = 0, dy = 0): Float32Array {
  const points = new Float32Array(478 * 3);
  const put = (id: number, x: number, y: number): void => points.set([x + dx, y + dy, 0], id * 3);
  [...LIPS_OUTER, ...LIPS_INNER].forEach((id) => put(id, 0, 0));
  put(FACE_TOP, 0, -60);
  put(CHIN, 0, 40);
  for (const [upper, lower] of INNER_LIP_PAIRS) {
    put(upper, 0, -gap / 2);
    put(lower, 0, gap / 2);
  }
  return points;
}

describe('lmd', () => {
  it('does not see a shift of the whole mouth', () => {
    expect(lmd([face(4)], [face(4, 7, -3)], 512)).toBeCloseTo(0, 5); // float32 coordinates
  });

  it('is the mean distance over 40 points, scaled to 512', () => {
    // Six points are off by half of 8 px: 6·4/40 = 0.6 at this size, twice that at 512.
    expect(lmd([face(0)], [face(8)], 256)).toBeCloseTo(1.2, 5);
  });

  it('leaves out frames without a face and answers null when none is left', () => {
    expect(lmd([face(0), null], [face(8), face(0)], 512)).toBeCloseTo(0.6, 5);
    expect(lmd([null], [face(0)], 512)).toBeNull();
  });

  it('scores a still mouth by its distance from the mean shape', () => {
    // Mean gap 4: off by 2 px at six points.
    expect(stillMouthLmd([face(0), face(8)], [face(0), null, face(8)], 512)).toBeCloseTo(0.3, 5);
    expect(stillMouthLmd([face(0)], [null], 512)).toBeNull();
  });
});

const wave = (n: number, phase = 0): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(i / 3 + phase) + Math.sin(i / 7.7 + 2 * phase));

describe('mouthFollow', () => {
  it('reads the opening over face height', () => {
    expect(openings([face(10), null])).toEqual([expect.closeTo(0.1, 6), null]);
  });

  it('is 1 for the same movement and gives its share', () => {
    const truth = wave(120);
    const follow = mouthFollow(
      truth,
      truth.map((v) => 0.6 * v + 5),
    );
    expect(follow.correlation).toBeCloseTo(1, 10);
    expect(follow.amplitude).toBeCloseTo(0.6, 10);
    expect(follow.frames).toBe(120);
    expect(follow.chance).toBeLessThan(0.9);
  });

  it('is 0 for a still mouth and skips frames without a face', () => {
    const still = mouthFollow(wave(100), new Array<number>(100).fill(0.3));
    expect(still.correlation).toBe(0);
    expect(still.amplitude).toBeCloseTo(0, 10);
    expect(mouthFollow([1, null, 2, 3], [2, 5, null, 4])).toMatchObject({ frames: 2, chance: null });
  });
});
