// Bundle adjustment of a rigid face: one pose per frame, one shape per person, at a given focal length. Alternates
// Levenberg-Marquardt over the poses (Cauchy weights) with a 3×3 solve per landmark, with a prior at the canonical
// face. Replaces the paper's 3DMM fit (its reference [54]); ours, because no such model is free.
import { MEDIAPIPE_FOCAL, type Observations } from './observations.js';
import { alignShape } from './gauge.js';
import { addRobustVariance, fitPose, makePoseScratch, projectionError } from './pose-fit.js';

interface FitOptions {
  /** Focal length, px at 512. */
  focal: number;
  /** Residual at which a point has half its weight, px at 512. */
  cauchy: number;
  /** Standard deviation of a landmark of one person from the canonical face, cm. */
  shapeSigma: number;
  /** Maximum number of alternations. */
  iterations: number;
  /** Called after each alternation with the share done, 0…1; may throw to stop. */
  onStep?: (done: number) => Promise<void>;
}

export interface RigidFit {
  focal: number;
  /** [F,9] row-major and [F,3] cm: canonical to camera. Frames without a face hold their initial pose. */
  rotations: Float64Array;
  translations: Float64Array;
  /** [N,3] cm, centroid, orientation and scale of the canonical points. */
  shape: Float64Array;
  /** [N] relative weight of each point, median 1. */
  pointWeights: Float64Array;
  /** [F] root mean square distance of the points, px at 512; NaN where no face was found. */
  frameRmse: Float64Array;
  rmse: number;
}

/** A landmark's error is mostly bias that repeats in every frame; more frames than this do not average it out. */
const INDEPENDENT_FRAMES = 25;

export async function adjustBundle(observations: Observations, options: FitOptions): Promise<RigidFit> {
  const { frames, points, canonical } = observations;
  const rotations = observations.firstRotations.slice();
  const translations = observations.firstTranslations.slice();
  // To first order, another focal length is the same face at another distance.
  for (let t = 0; t < frames; t++) translations[t * 3 + 2]! *= options.focal / MEDIAPIPE_FOCAL;
  const shape = canonical.slice();
  const pointWeights = new Float64Array(points).fill(1);
  const frameRmse = new Float64Array(frames).fill(NaN);
  const scratch = makePoseScratch();
  const fit: RigidFit = {
    focal: options.focal,
    rotations,
    translations,
    shape,
    pointWeights,
    frameRmse,
    rmse: Infinity,
  };

  for (let k = 0; k < options.iterations; k++) {
    for (let t = 0; t < frames; t++)
      if (observations.found[t]) fitPose(observations, fit, t, options.cauchy, k === 0 ? 12 : 2, scratch);
    const before = fit.rmse;
    measure(observations, fit);
    const variance = robustVariance(observations, fit, options.cauchy, k >= 2);
    solveShape(observations, fit, options, variance);
    alignShape(fit, canonical);
    await options.onStep?.((k + 1) / options.iterations);
    if (k > 4 && before - fit.rmse < 1e-4 * fit.rmse) break;
  }
  for (let t = 0; t < frames; t++)
    if (observations.found[t]) fitPose(observations, fit, t, options.cauchy, 12, scratch);
  measure(observations, fit);
  await options.onStep?.(1);
  return fit;
}

function measure(observations: Observations, fit: RigidFit): void {
  let sum = 0,
    seen = 0;
  for (let t = 0; t < observations.frames; t++) {
    if (!observations.found[t]) continue;
    const squared = projectionError(observations, fit, t);
    fit.frameRmse[t] = Math.sqrt(squared / observations.points);
    sum += squared;
    seen += observations.points;
  }
  fit.rmse = Math.sqrt(sum / Math.max(1, seen));
}

/** Median robust variance of the distances, px². With `weigh`, also updates the weights of the points. */
function robustVariance(observations: Observations, fit: RigidFit, cauchy: number, weigh: boolean): number {
  const { frames, points } = observations;
  const sums = new Float64Array(points),
    weights = new Float64Array(points);
  for (let t = 0; t < frames; t++)
    if (observations.found[t]) addRobustVariance(observations, fit, t, cauchy, sums, weights);
  const variance = sums.map((sum, n) => sum / (weights[n]! + 1e-12));
  const median = variance.slice().sort()[points >> 1]!;
  // Points that move against the skull (skin over muscle, hairline) weigh less: inverse variance, within a factor of 4.
  if (weigh)
    for (let n = 0; n < points; n++) fit.pointWeights[n] = Math.min(4, Math.max(0.25, median / (variance[n]! + 1e-12)));
  return median;
}

/** Solves one 3×3 system per landmark over all frames; the prior has the weight INDEPENDENT_FRAMES implies. */
function solveShape(observations: Observations, fit: RigidFit, options: FitOptions, variance: number): void {
  const { frames, points, xy, found, canonical } = observations;
  const { rotations: R, translations: T, shape, focal } = fit;
  let seen = 0;
  for (let t = 0; t < frames; t++) seen += found[t]!;
  // Variance of one observation over variance of the face, spread over the frames.
  const noise = Math.max(variance / 2, 1e-6);
  const prior = (noise / (options.shapeSigma * options.shapeSigma)) * Math.max(1, seen / INDEPENDENT_FRAMES);
  const c2 = options.cauchy * options.cauchy;
  for (let n = 0; n < points; n++) {
    const sx = shape[n * 3]!,
      sy = shape[n * 3 + 1]!,
      sz = shape[n * 3 + 2]!;
    let a00 = prior,
      a01 = 0,
      a02 = 0,
      a11 = prior,
      a12 = 0,
      a22 = prior;
    let b0 = prior * (canonical[n * 3]! - sx),
      b1 = prior * (canonical[n * 3 + 1]! - sy),
      b2 = prior * (canonical[n * 3 + 2]! - sz);
    for (let t = 0; t < frames; t++) {
      if (!found[t]) continue;
      const r = t * 9;
      const X = R[r]! * sx + R[r + 1]! * sy + R[r + 2]! * sz + T[t * 3]!;
      const Y = R[r + 3]! * sx + R[r + 4]! * sy + R[r + 5]! * sz + T[t * 3 + 1]!;
      const depth = -(R[r + 6]! * sx + R[r + 7]! * sy + R[r + 8]! * sz + T[t * 3 + 2]!);
      const g = focal / depth,
        x = g * X,
        y = g * Y;
      const eu = x - xy[(t * points + n) * 2]!,
        ev = y - xy[(t * points + n) * 2 + 1]!;
      const w = 1 / (1 + (eu * eu + ev * ev) / c2);
      const u = x / depth,
        v = y / depth;
      const u0 = g * R[r]! + u * R[r + 6]!,
        u1 = g * R[r + 1]! + u * R[r + 7]!,
        u2 = g * R[r + 2]! + u * R[r + 8]!;
      const v0 = g * R[r + 3]! + v * R[r + 6]!,
        v1 = g * R[r + 4]! + v * R[r + 7]!,
        v2 = g * R[r + 5]! + v * R[r + 8]!;
      a00 += w * (u0 * u0 + v0 * v0);
      a01 += w * (u0 * u1 + v0 * v1);
      a02 += w * (u0 * u2 + v0 * v2);
      a11 += w * (u1 * u1 + v1 * v1);
      a12 += w * (u1 * u2 + v1 * v2);
      a22 += w * (u2 * u2 + v2 * v2);
      b0 -= w * (u0 * eu + v0 * ev);
      b1 -= w * (u1 * eu + v1 * ev);
      b2 -= w * (u2 * eu + v2 * ev);
    }
    const c00 = a11 * a22 - a12 * a12,
      c01 = a02 * a12 - a01 * a22,
      c02 = a01 * a12 - a02 * a11;
    const d = 1 / (a00 * c00 + a01 * c01 + a02 * c02);
    shape[n * 3] = sx + d * (c00 * b0 + c01 * b1 + c02 * b2);
    shape[n * 3 + 1] = sy + d * (c01 * b0 + (a00 * a22 - a02 * a02) * b1 + (a01 * a02 - a00 * a12) * b2);
    shape[n * 3 + 2] = sz + d * (c02 * b0 + (a01 * a02 - a00 * a12) * b1 + (a00 * a11 - a01 * a01) * b2);
  }
}
