// The tracker, detector included, on a generated film with known head motion.
import { expect, it } from '@jest/globals';
import { canonicalFace, generateMovingPortrait, openFaceLandmarker } from '@portrait/face';
import { makeObservations } from './observations.js';
import { rigidPointIds } from './rigid-points.js';
import { eulerDegrees } from './rotation.js';
import { trackFace } from './track.js';

const SIZE = 256;

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length,
    mean = (v: ArrayLike<number>): number => Array.from(v).reduce((s, x) => s + x, 0) / n;
  const ma = mean(a),
    mb = mean(b);
  let ab = 0,
    aa = 0,
    bb = 0;
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

it('recovers roll and yaw of a generated film', async () => {
  const film = await generateMovingPortrait({ seconds: 8, size: SIZE, motion: 1.3 });
  const chosen = Array.from({ length: 32 }, (_, k) => k * 6);
  const { vertices } = await canonicalFace();
  const ids = rigidPointIds(vertices);
  const arrays = {
    points: new Float32Array(chosen.length * 478 * 3),
    matrix: new Float32Array(chosen.length * 16),
    found: new Uint8Array(chosen.length),
  };
  const landmarker = await openFaceLandmarker();
  for (const [k, t] of chosen.entries()) {
    const rgb = film.frame(t),
      rgba = new Uint8Array(SIZE * SIZE * 4).fill(255);
    for (let i = 0; i < SIZE * SIZE; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
    const [face] = await landmarker.detect(rgba, SIZE, SIZE);
    expect(face).toBeDefined();
    arrays.points.set(face!.points, k * 478 * 3);
    arrays.matrix.set(face!.matrix, k * 16);
    arrays.found[k] = 1;
  }
  await landmarker.close();
  const canonical = Float64Array.from(
    ids.flatMap((id) => [vertices[id * 3]!, vertices[id * 3 + 1]!, vertices[id * 3 + 2]!]),
  );
  const { track } = await trackFace(
    makeObservations(arrays, SIZE, ids, canonical),
    [{ start: 0, end: chosen.length }],
    {
      focal: null,
      focalPrior: 1400,
      focalPriorSigma: 0.35,
      cauchy: 3,
      shapeSigma: 0.4,
      smoothing: 0,
      limits: { maxMedianError: 3.5, maxFrameError: 6, maxTurn: 20, maxGap: 25, fps: 25 },
    },
  );
  const angles = chosen.map((_, k) => eulerDegrees(track.rotations, k * 9));
  const truth = (name: 'yaw' | 'roll'): number[] => chosen.map((t) => film.truth[name][t]!);
  // Roll shows in the picture itself: 0.2 degrees of jitter in 2 degrees of motion (deviation) leaves R above 0.99.
  expect(
    correlation(
      angles.map((a) => a.roll),
      truth('roll'),
    ),
  ).toBeGreaterThan(0.97);
  // The film warps pixels instead of turning a head, so the detector measures only part of the yaw.
  expect(
    correlation(
      angles.map((a) => a.yaw),
      truth('yaw'),
    ),
  ).toBeGreaterThan(0.8);
  const slope = (a: number[], b: number[]): number =>
    correlation(a, b) *
    Math.sqrt(
      a.reduce((s, v) => s + (v - a.reduce((x, y) => x + y, 0) / a.length) ** 2, 0) /
        b.reduce((s, v) => s + (v - b.reduce((x, y) => x + y, 0) / b.length) ** 2, 0),
    );
  // The amplitude of roll must match too; the warp fades out at the rim, so slightly below 1.
  const rolled = slope(
    angles.map((a) => a.roll),
    truth('roll'),
  );
  expect(rolled).toBeGreaterThan(0.85);
  expect(rolled).toBeLessThan(1.15);
}, 240_000);
