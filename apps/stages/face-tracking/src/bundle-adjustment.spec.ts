import { describe, expect, it } from '@jest/globals';
import { adjustBundle, type RigidFit } from './bundle-adjustment.js';
import { searchFocal } from './focal-search.js';
import { logBetween } from './rotation.js';
import { makeSynthetic, type Synthetic, type SyntheticOptions } from './synthetic-face.testing.js';

const degrees = 180 / Math.PI;

function rotationErrors(fit: RigidFit, { truth }: Synthetic): number[] {
  const step = new Float64Array(3);
  return Array.from(fit.frameRmse, (_, t) => {
    logBetween(fit.rotations, t * 9, truth.rotations, t * 9, step);
    return Math.hypot(...step) * degrees;
  });
}
const rms = (v: ArrayLike<number>): number => Math.sqrt(Array.from(v).reduce((s, x) => s + x * x, 0) / v.length);
const turning: SyntheticOptions = { frames: 90, points: 100, focal: 1400, yaw: 25, noise: 0, identity: 0.3 };
const fitting = { focal: 1400, cauchy: 3, shapeSigma: 0.4 };

describe('bundle adjustment', () => {
  it('recovers poses and shape exactly from exact points', async () => {
    const face = makeSynthetic(turning);
    const fit = await adjustBundle(face.observations, { ...fitting, iterations: 120 });
    // Alternation stops when the error falls by less than 1e-4 of itself per round; the noise floor of the prior (1e-3
    // px) remains.
    expect(fit.rmse).toBeLessThan(0.02);
    expect(Math.max(...rotationErrors(fit, face))).toBeLessThan(0.05);
    expect(rms(fit.shape.map((v, k) => v - face.truth.shape[k]!))).toBeLessThan(0.02);
  });

  it('stays within the statistical error when points are noisy', async () => {
    const face = makeSynthetic({ ...turning, noise: 1 });
    const fit = await adjustBundle(face.observations, { ...fitting, iterations: 40 });
    // Lever of a turn: depth spread of the points, about 1.7 cm × 15.2 px/cm = 26 px a radian and point. 100 points of
    // 1 px: 1 / (26 × 10) rad = 0.22 degrees an axis, times √2 for two such axes, times 1.3 for Cauchy weights and
    // shared shape.
    expect(rms(rotationErrors(fit, face))).toBeLessThan(0.22 * Math.SQRT2 * 1.3);
    // Two residuals of σ = 1 a point, less 6 parameters a frame of 200 residuals.
    expect(fit.rmse).toBeGreaterThan(Math.SQRT2 * 0.9);
    expect(fit.rmse).toBeLessThan(Math.SQRT2 * 1.02);
  });

  it('keeps the pose when a few points are far off', async () => {
    const face = makeSynthetic({ ...turning, noise: 0.5 });
    const clean = rms(rotationErrors(await adjustBundle(face.observations, { ...fitting, iterations: 40 }), face));
    const { xy, points } = face.observations;
    for (let t = 0; t < 90; t++) for (let n = 0; n < 5; n++) xy[(t * points + ((t + n * 19) % points)) * 2]! += 40;
    const wild = rms(rotationErrors(await adjustBundle(face.observations, { ...fitting, iterations: 40 }), face));
    // Five of 100 points off by 40 px would shift a plain mean by 2 px, over 4 degrees here; Cauchy leaves 40·(3/40)² =
    // 0.2 px of each.
    expect(wild).toBeLessThan(clean + 0.3);
  });

  it('normalises points to the same values at any resolution', async () => {
    const small = makeSynthetic({ ...turning, size: 256 }),
      large = makeSynthetic({ ...turning, size: 1024 });
    // Rounding of products around 1024.
    expect(Math.max(...small.observations.xy.map((v, k) => Math.abs(v - large.observations.xy[k]!)))).toBeLessThan(
      1e-9,
    );
  });

  it('finds the focal length of a turning head', async () => {
    const face = makeSynthetic({ ...turning, focal: 1000, noise: 0.3 });
    const { focal } = await searchFocal(face.observations, {
      prior: 1400,
      priorSigma: 0.35,
      cauchy: 3,
      shapeSigma: 0.4,
      frames: 90,
    });
    // Half a rung of the ladder (√2 / 2 in log₂ is 19 %), where the parabola cannot be trusted further.
    expect(Math.abs(Math.log(focal / 1000))).toBeLessThan(Math.log(2) / 4);
  });

  it('stays near the prior for a frontal head, which shows no perspective', async () => {
    const face = makeSynthetic({ ...turning, yaw: 2, focal: 700, noise: 2 });
    const { focal } = await searchFocal(face.observations, {
      prior: 1400,
      priorSigma: 0.35,
      cauchy: 3,
      shapeSigma: 0.4,
      frames: 90,
    });
    expect(Math.abs(Math.log(focal / 1400))).toBeLessThan(2 * 0.35);
  });

  it('stops when onStep throws', async () => {
    const face = makeSynthetic(turning);
    await expect(
      adjustBundle(face.observations, {
        ...fitting,
        iterations: 40,
        onStep: async () => {
          throw new Error('stop');
        },
      }),
    ).rejects.toThrow('stop');
  });
});
