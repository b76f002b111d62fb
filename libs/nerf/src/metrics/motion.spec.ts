import { describe, expect, it } from '@jest/globals';
import { BLENDSHAPE_NAMES, FACE_OVAL, LEFT_EYE, RIGHT_EYE } from '@portrait/face';
import { actionUnitError, blinkFollow, jitter } from './motion.js';

const at = (x: number): Float32Array => new Float32Array(478 * 3).fill(x);
const frames = [10, 11, 12, 13];

describe('jitter', () => {
  it('is 0 for steady motion', () => {
    expect(jitter([at(0), at(2), at(4), at(6)], frames, [])).toBe(0);
  });
  it('is the size of the second difference', () => {
    // x and y both go 0, 1, 0, 1: second differences ∓2, √8 together.
    expect(jitter([at(0), at(1), at(0), at(1)], frames, [])).toBeCloseTo(Math.sqrt(8), 6);
  });
  it('does not look across cuts, gaps and missing faces', () => {
    const faces = [at(0), at(1), at(0), at(1)];
    expect(jitter(faces, frames, [12])).toBeNull();
    expect(jitter(faces, [10, 11, 13, 14], [])).toBeNull();
    expect(jitter([at(0), null, at(0), at(1)], frames, [])).toBeNull();
  });
});

/** Face oval of area 4·10⁴ with two square eyes of `side`. */
function eyes(side: number): Float32Array {
  const points = new Float32Array(478 * 3);
  const square = (ring: readonly number[], half: number): void =>
    ring.forEach((id, i) => {
      const corner = Math.floor((i * 4) / ring.length);
      points.set([half * (corner === 0 || corner === 3 ? -1 : 1), half * (corner < 2 ? -1 : 1), 0], id * 3);
    });
  square(FACE_OVAL, 100);
  square(LEFT_EYE, side / 2);
  square(RIGHT_EYE, side / 2);
  return points;
}

describe('blinkFollow', () => {
  it('follows eyes that close together', () => {
    const sides = [30, 30, 4, 30, 30, 4, 30];
    const result = blinkFollow(sides.map(eyes), sides.map(eyes));
    expect(result.correlation).toBeCloseTo(1, 10);
    expect(result.amplitude).toBeCloseTo(1, 10);
  });
  it('has no opinion when the true eyes stay open', () => {
    expect(blinkFollow([30, 30, 30].map(eyes), [30, 4, 30].map(eyes)).correlation).toBeNull();
  });
});

describe('actionUnitError', () => {
  const scores = (values: Partial<Record<(typeof BLENDSHAPE_NAMES)[number], number>>): Float32Array =>
    Float32Array.from(BLENDSHAPE_NAMES, (n) => values[n] ?? 0);
  it('averages left and right, then the units of one half of the face', () => {
    const truth = [scores({ jawOpen: 0.5, mouthSmileLeft: 0.4 }), null];
    const rendered = [scores({}), scores({})];
    expect(actionUnitError(truth, rendered, 'lower')).toBeCloseTo((0.5 + 0.2) / 11, 6); // float32 scores
    expect(actionUnitError(truth, rendered, 'upper')).toBe(0);
    expect(actionUnitError([null], [scores({})], 'upper')).toBeNull();
  });
});
