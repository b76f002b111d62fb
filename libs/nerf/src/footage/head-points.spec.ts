import { describe, expect, it } from '@jest/globals';
import { actingFace, FRAMES, jawDrop } from './acting-face.testing.js';
import { headPoints } from './head-points.js';

const CHIN = 152;
const CHEEK = 123;

describe('headPoints', () => {
  it('finds where landmarks lie on the head', async () => {
    const face = await actingFace();
    const points = headPoints(face.transforms, face.points, face.found);
    const truth = face.world(0);
    points.rest(CHEEK).forEach((v, axis) => expect(v).toBeCloseTo(truth[CHEEK * 3 + axis]!, 4));
  });

  it('finds how low the jaw hangs at most', async () => {
    const face = await actingFace();
    const points = headPoints(face.transforms, face.points, face.found);
    const lowest = Math.min(...Array.from({ length: FRAMES }, (_, f) => face.world(f)[CHIN * 3 + 1]!));
    expect(points.lowest(CHIN)[1]).toBeCloseTo(lowest, 4);
    expect(points.rest(CHIN)[1]).toBeGreaterThan(lowest + 0.5 * jawDrop(10) * points.scale * 0.5);
  });

  it('does not look at frames without a face', async () => {
    const face = await actingFace();
    const found = face.found.map((_, frame) => (frame === 10 ? 0 : 1));
    const points = face.points.slice();
    points.fill(1e6, 10 * 478 * 3, 11 * 478 * 3);
    expect(headPoints(face.transforms, points, found).lowest(CHIN)[1]).toBeGreaterThan(-1);
  });

  it('refuses landmarks without a tracked face', async () => {
    const face = await actingFace();
    expect(() => headPoints(face.transforms, face.points, new Uint8Array(FRAMES))).toThrow(/no frame with both/);
  });
});
