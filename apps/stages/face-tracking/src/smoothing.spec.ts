import { describe, expect, it } from '@jest/globals';
import { eulerDegrees, expRotation } from './rotation.js';
import { segmentsOf } from './segments.js';
import { smoothTrack, trackJitter, type PoseTrack } from './smoothing.js';
import { randomStream } from './synthetic-face.testing.js';

function trackOf(frames: number, yaw: (t: number) => number, x: (t: number) => number): PoseTrack {
  const track = { rotations: new Float64Array(frames * 9), translations: new Float64Array(frames * 3) };
  for (let t = 0; t < frames; t++) {
    expRotation(Float64Array.of(0, (yaw(t) * Math.PI) / 180, 0), track.rotations, t * 9);
    track.translations.set([x(t), 0, -90], t * 3);
  }
  return track;
}
const trusted = (frames: number): Float64Array => new Float64Array(frames).fill(1);
const yawAt = (track: PoseTrack, t: number): number => eulerDegrees(track.rotations, t * 9).yaw;

describe('smoothTrack', () => {
  it('keeps a parabola exactly, so peaks keep their height', () => {
    const x = (t: number): number => 0.02 * (t - 20) ** 2 - 3,
      yaw = (t: number): number => 0.5 * t - 10;
    const smooth = smoothTrack(trackOf(41, yaw, x), trusted(41), segmentsOf(41, []), 1.4);
    // Least squares through exact data: rounding only.
    for (let t = 5; t < 36; t++) {
      expect(smooth.translations[t * 3]).toBeCloseTo(x(t), 9);
      expect(yawAt(smooth, t)).toBeCloseTo(yaw(t), 9);
    }
  });

  it('keeps a symmetric movement symmetric: no lag', () => {
    const bump = (t: number): number => 10 * Math.exp(-(((t - 30) / 5) ** 2));
    const smooth = smoothTrack(trackOf(61, bump, bump), trusted(61), segmentsOf(61, []), 2);
    for (let d = 1; d < 20; d++) expect(yawAt(smooth, 30 + d)).toBeCloseTo(yawAt(smooth, 30 - d), 9);
    expect(yawAt(smooth, 30)).toBeGreaterThan(9.5);
  });

  it('does not smooth across a cut', () => {
    const step = (t: number): number => (t < 20 ? -8 : 8);
    const cut = smoothTrack(trackOf(40, step, step), trusted(40), segmentsOf(40, [20]), 2);
    for (let t = 0; t < 40; t++) expect(yawAt(cut, t)).toBeCloseTo(step(t), 9);
    const uncut = smoothTrack(trackOf(40, step, step), trusted(40), segmentsOf(40, []), 2);
    expect(Math.abs(yawAt(uncut, 20) - 8)).toBeGreaterThan(1);
  });

  it('reduces noise', () => {
    const { normal } = randomStream(1);
    const noisy = trackOf(
      400,
      () => 0.3 * normal(),
      () => 0.1 * normal(),
    );
    const segments = segmentsOf(400, []);
    const before = trackJitter(noisy, segments),
      after = trackJitter(smoothTrack(noisy, trusted(400), segments, 1.4), segments);
    // The second difference of the window has a quarter of the norm of the raw one (√6).
    expect(after.degrees).toBeLessThan(0.4 * before.degrees);
    expect(after.cm).toBeLessThan(0.4 * before.cm);
  });

  it('interpolates unknown frames and holds the pose at the ends', () => {
    const track = trackOf(
      30,
      (t) => t,
      (t) => t / 10,
    );
    const trust = trusted(30);
    for (const t of [0, 1, 12, 13, 14, 29]) {
      trust[t] = 0;
      track.rotations.fill(0, t * 9, t * 9 + 9);
      track.translations.fill(NaN, t * 3, t * 3 + 3);
    }
    for (const sigma of [0, 1.4]) {
      const smooth = smoothTrack(track, trust, segmentsOf(30, []), sigma);
      expect(yawAt(smooth, 13)).toBeCloseTo(13, 6);
      expect(smooth.translations[13 * 3]).toBeCloseTo(1.3, 6);
      expect(yawAt(smooth, 0)).toBeLessThan(2.5);
      expect([...smooth.rotations, ...smooth.translations].every(Number.isFinite)).toBe(true);
    }
  });

  it('uses the nearest pose for a segment without any', () => {
    const track = trackOf(
      30,
      () => 4,
      () => 1,
    );
    const trust = trusted(30).fill(0, 10, 13);
    const smooth = smoothTrack(track, trust, segmentsOf(30, [10, 13]), 1.4);
    expect(yawAt(smooth, 11)).toBeCloseTo(4, 6);
  });
});
