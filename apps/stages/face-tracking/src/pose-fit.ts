// Pose of one frame: Levenberg-Marquardt over rotation and translation with Cauchy weights.
// A perturbation acts on the left: R ← exp([ω]×) R, t ← t + τ. Fitting allocates nothing.
import type { Observations } from './observations.js';
import { expRotation, multiply } from './rotation.js';

interface PoseState {
  readonly focal: number;
  /** [F,9], [F,3] */
  readonly rotations: Float64Array;
  readonly translations: Float64Array;
  /** [N,3], [N] */
  readonly shape: Float64Array;
  readonly pointWeights: Float64Array;
}

interface PoseScratch {
  normal: Float64Array; // [36]
  gradient: Float64Array; // [6]
  step: Float64Array; // [6]
  factor: Float64Array; // [36]
  saved: Float64Array; // [12] rotation and translation to restore
  turn: Float64Array; // [9]
}

export function makePoseScratch(): PoseScratch {
  const make = (n: number): Float64Array => new Float64Array(n);
  return { normal: make(36), gradient: make(6), step: make(6), factor: make(36), saved: make(12), turn: make(9) };
}

export function fitPose(
  observations: Observations,
  state: PoseState,
  t: number,
  cauchy: number,
  iterations: number,
  s: PoseScratch,
): void {
  const R = state.rotations,
    T = state.translations;
  let damping = 1e-4;
  let cost = accumulate(observations, state, t, cauchy, s);
  for (let k = 0; k < iterations; k++) {
    if (!solveDamped(s, damping)) return;
    for (let i = 0; i < 9; i++) s.saved[i] = R[t * 9 + i]!;
    for (let i = 0; i < 3; i++) s.saved[9 + i] = T[t * 3 + i]!;
    expRotation(s.step, s.turn);
    multiply(s.turn, 0, R, t * 9, R, t * 9);
    for (let i = 0; i < 3; i++) T[t * 3 + i]! += s.step[3 + i]!;
    const next = accumulate(observations, state, t, cauchy, s);
    if (next < cost) {
      damping = Math.max(1e-9, damping / 10);
      const gain = cost - next;
      cost = next;
      if (gain < 1e-10 * cost) return;
    } else {
      for (let i = 0; i < 9; i++) R[t * 9 + i] = s.saved[i]!;
      for (let i = 0; i < 3; i++) T[t * 3 + i] = s.saved[9 + i]!;
      // At the optimum rounding makes every step look worse; a few attempts distinguish that from a bad step.
      damping *= 100;
      if (damping > 1e4) return;
      accumulate(observations, state, t, cauchy, s);
    }
  }
}

/** Fills the normal equations of frame t and returns its robust cost. */
function accumulate(observations: Observations, state: PoseState, t: number, cauchy: number, s: PoseScratch): number {
  const { points, xy } = observations;
  const { rotations: R, translations: T, shape, pointWeights, focal } = state;
  const r = t * 9,
    c2 = cauchy * cauchy,
    A = s.normal,
    b = s.gradient;
  const tx = T[t * 3]!,
    ty = T[t * 3 + 1]!,
    tz = T[t * 3 + 2]!;
  A.fill(0);
  b.fill(0);
  let cost = 0;
  for (let n = 0; n < points; n++) {
    const sx = shape[n * 3]!,
      sy = shape[n * 3 + 1]!,
      sz = shape[n * 3 + 2]!;
    const qx = R[r]! * sx + R[r + 1]! * sy + R[r + 2]! * sz;
    const qy = R[r + 3]! * sx + R[r + 4]! * sy + R[r + 5]! * sz;
    const qz = R[r + 6]! * sx + R[r + 7]! * sy + R[r + 8]! * sz;
    const depth = -(qz + tz);
    if (!(depth > 1)) return Infinity; // closer than 1 cm to the lens
    const g = focal / depth,
      x = g * (qx + tx),
      y = g * (qy + ty);
    const eu = x - xy[(t * points + n) * 2]!,
      ev = y - xy[(t * points + n) * 2 + 1]!;
    const e2 = (eu * eu + ev * ev) / c2;
    cost += pointWeights[n]! * c2 * Math.log1p(e2);
    const w = pointWeights[n]! / (1 + e2);
    // Derivatives of x and y by camera-space X, Y, Z, then by ω (q × d) and τ (d).
    const u = x / depth,
      v = y / depth;
    const u0 = u * qy,
      u1 = g * qz - u * qx,
      u2 = -g * qy;
    const v0 = v * qy - g * qz,
      v1 = -v * qx,
      v2 = g * qx;
    const wg = w * g;
    A[0]! += w * (u0 * u0 + v0 * v0);
    A[6]! += w * (u1 * u0 + v1 * v0);
    A[7]! += w * (u1 * u1 + v1 * v1);
    A[12]! += w * (u2 * u0 + v2 * v0);
    A[13]! += w * (u2 * u1 + v2 * v1);
    A[14]! += w * (u2 * u2 + v2 * v2);
    A[18]! += wg * u0;
    A[19]! += wg * u1;
    A[20]! += wg * u2;
    A[21]! += wg * g;
    A[24]! += wg * v0;
    A[25]! += wg * v1;
    A[26]! += wg * v2;
    A[28]! += wg * g;
    A[30]! += w * (u * u0 + v * v0);
    A[31]! += w * (u * u1 + v * v1);
    A[32]! += w * (u * u2 + v * v2);
    A[33]! += wg * u;
    A[34]! += wg * v;
    A[35]! += w * (u * u + v * v);
    b[0]! -= w * (u0 * eu + v0 * ev);
    b[1]! -= w * (u1 * eu + v1 * ev);
    b[2]! -= w * (u2 * eu + v2 * ev);
    b[3]! -= wg * eu;
    b[4]! -= wg * ev;
    b[5]! -= w * (u * eu + v * ev);
  }
  return cost;
}

/** step = (A + damping·diag A)⁻¹ gradient by Cholesky on the lower triangle; false when A is not positive definite. */
function solveDamped(s: PoseScratch, damping: number): boolean {
  const { normal: A, factor: L, gradient, step } = s;
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * 6 + j]! * (i === j ? 1 + damping : 1);
      for (let k = 0; k < j; k++) sum -= L[i * 6 + k]! * L[j * 6 + k]!;
      if (i === j) {
        if (!(sum > 0)) return false;
        L[i * 7] = Math.sqrt(sum);
      } else L[i * 6 + j] = sum / L[j * 7]!;
    }
  }
  for (let i = 0; i < 6; i++) {
    let sum = gradient[i]!;
    for (let k = 0; k < i; k++) sum -= L[i * 6 + k]! * step[k]!;
    step[i] = sum / L[i * 7]!;
  }
  for (let i = 5; i >= 0; i--) {
    let sum = step[i]!;
    for (let k = i + 1; k < 6; k++) sum -= L[k * 6 + i]! * step[k]!;
    step[i] = sum / L[i * 7]!;
  }
  return true;
}

/** Sum of squared distances of frame t, px² at 512. */
export function projectionError(observations: Observations, state: PoseState, t: number): number {
  let sum = 0;
  for (let n = 0; n < observations.points; n++) sum += squaredDistance(observations, state, t, n);
  return sum;
}

/** Adds the weighted squared distance of each point in frame t to `sums` [N] and its weight to `weights` [N]. */
export function addRobustVariance(
  observations: Observations,
  state: PoseState,
  t: number,
  cauchy: number,
  sums: Float64Array,
  weights: Float64Array,
): void {
  for (let n = 0; n < observations.points; n++) {
    const e = squaredDistance(observations, state, t, n);
    const w = 1 / (1 + e / (cauchy * cauchy));
    sums[n]! += w * e;
    weights[n]! += w;
  }
}

function squaredDistance(
  { points, xy }: Observations,
  { rotations: R, translations: T, shape, focal }: PoseState,
  t: number,
  n: number,
): number {
  const r = t * 9,
    sx = shape[n * 3]!,
    sy = shape[n * 3 + 1]!,
    sz = shape[n * 3 + 2]!;
  const g = -focal / (R[r + 6]! * sx + R[r + 7]! * sy + R[r + 8]! * sz + T[t * 3 + 2]!);
  const eu = g * (R[r]! * sx + R[r + 1]! * sy + R[r + 2]! * sz + T[t * 3]!) - xy[(t * points + n) * 2]!;
  const ev = g * (R[r + 3]! * sx + R[r + 4]! * sy + R[r + 5]! * sz + T[t * 3 + 1]!) - xy[(t * points + n) * 2 + 1]!;
  return eu * eu + ev * ev;
}
