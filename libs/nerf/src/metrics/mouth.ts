// What the mouth does, judged from landmarks of the same detector on both sides. One face is [478,3] px; null where
// none was found.
import { LIPS_INNER, LIPS_OUTER, mouthOpening } from '@portrait/face';
import { correlation, deviation } from '../statistics.js';

export type Landmarks = Float32Array | null;

const LIPS: readonly number[] = [...LIPS_OUTER, ...LIPS_INNER];
/** Papers quote landmark distances at this picture size. */
const LMD_SIZE = 512;

/** The 40 lip points less their mean, px. [80] x, y */
export function centredLips(points: Float32Array): Float64Array {
  const lips = new Float64Array(LIPS.length * 2);
  for (let axis = 0; axis < 2; axis++) {
    const mean = LIPS.reduce((sum, id) => sum + points[id * 3 + axis]!, 0) / LIPS.length;
    LIPS.forEach((id, i) => (lips[2 * i + axis] = points[id * 3 + axis]! - mean));
  }
  return lips;
}

/** Mean distance of two centred sets of points, in their unit. */
export function pointDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) sum += Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!);
  return sum / (a.length / 2);
}

/**
 * Landmark distance of the mouth (LMD), px at 512: lip points of both faces, each set centred on its own mean, mean
 * Euclidean distance, mean over the frames in which both faces were found. MediaPipe's 40 lip points, not the 20 of the
 * paper's detector: compare with figures of this kind only. The detector against itself gives 0.2–0.5, a mouth that
 * never moves 2.0.
 */
export function lmd(truth: readonly Landmarks[], rendered: readonly Landmarks[], size: number): number | null {
  const distances = truth.flatMap((t, i) =>
    t && rendered[i] ? [pointDistance(centredLips(t), centredLips(rendered[i]))] : [],
  );
  return distances.length > 0 ? (distances.reduce((a, b) => a + b, 0) / distances.length) * (LMD_SIZE / size) : null;
}

/**
 * LMD of a mouth that keeps the mean shape of the training frames: what a portrait that does not speak would score, px
 * at 512.
 */
export function stillMouthLmd(
  truth: readonly Landmarks[],
  training: readonly Landmarks[],
  size: number,
): number | null {
  const found = training.filter((t) => t !== null);
  if (found.length === 0) return null;
  const mean = new Float64Array(LIPS.length * 2);
  for (const points of found) centredLips(points).forEach((v, i) => (mean[i]! += v / found.length));
  const distances = truth.flatMap((t) => (t ? [pointDistance(centredLips(t), mean)] : []));
  return distances.length > 0 ? (distances.reduce((a, b) => a + b, 0) / distances.length) * (LMD_SIZE / size) : null;
}

export interface MouthFollow {
  /**
   * Pearson correlation of mouth opening (inner lips over face height), rendered against true; 0 when a side does not
   * vary.
   */
  correlation: number;
  /** Standard deviation of the opening, rendered over true. */
  amplitude: number;
  /** Frames in which both faces were found. */
  frames: number;
  /**
   * 95th percentile of the correlation with the true mouth of other moments (turned by a second or more): what chance
   * reaches. null below three seconds.
   */
  chance: number | null;
}

/** The true mouth of a moment this near is still the same syllable: one second. */
const LEAST_TURN = 25;
/** Rounding moves a still mouth by less than this; it must not correlate with anything. */
const STILL = 1e-7;

export const openings = (faces: readonly Landmarks[]): (number | null)[] =>
  faces.map((points) => (points ? mouthOpening(points) : null));

/** @param truth, rendered opening a frame, null where no face was found; frames in order */
export function mouthFollow(truth: readonly (number | null)[], rendered: readonly (number | null)[]): MouthFollow {
  const both = truth.flatMap((t, i) =>
    t !== null && (rendered[i] ?? null) !== null ? [[t, rendered[i]!] as const] : [],
  );
  const t = both.map(([v]) => v);
  const r = both.map(([, v]) => v);
  const n = both.length;
  const turned = (by: number): number =>
    correlation(
      t.map((_, i) => t[(i + by) % n]!),
      r,
    );
  const others = Array.from({ length: n < 3 * LEAST_TURN ? 0 : n - 2 * LEAST_TURN }, (_, i) =>
    turned(i + LEAST_TURN),
  ).sort((a, b) => a - b);
  return {
    correlation: n > 1 && deviation(r) > STILL ? correlation(t, r) : 0,
    amplitude: n > 1 ? deviation(r) / Math.max(deviation(t), 1e-9) : 0,
    frames: n,
    chance: others.length > 0 ? others[Math.floor(0.95 * (others.length - 1))]! : null,
  };
}
