// Finds cuts from frame differences; jump cuts with the same framing included. A plain jump of the whole difference is
// taken at once; a doubtful one (fast motion looks alike) only when the face jumps too.
import { median } from './statistics.js';

export interface CutCandidate {
  /** First frame after the cut. */
  frame: number;
  /** True: taken without looking at the face. */
  certain: boolean;
}

const NEIGHBOURS = 12;
/**
 * Lines between cuts and fast motion, ours: of four recordings (79 s, 60 s of joined clips) every true cut lies on
 * their upper side.
 */
const CERTAIN = { difference: 2.5, overSecond: 3, overMedian: 3.4 };
const POSSIBLE = { difference: 1.2, overSecond: 1.5, overMedian: 1.7 };
const MOST_POSSIBLE = 40;

/** `differences` [frames]: mean absolute change of gray level from the frame before; the first is 0. */
export function cutCandidates(differences: ArrayLike<number>): CutCandidate[] {
  const found: (CutCandidate & { strength: number })[] = [];
  for (let t = 1; t < differences.length; t += 1) {
    const d = differences[t]!;
    if (d < POSSIBLE.difference) continue;
    const around: number[] = [];
    for (let k = -NEIGHBOURS; k <= NEIGHBOURS; k += 1)
      if (k !== 0 && t + k > 0 && t + k < differences.length) around.push(differences[t + k]!);
    around.sort((a, b) => b - a);
    // The second largest: one more cut nearby must not hide this one. The additions keep still pictures from dividing
    // by zero.
    const overSecond = d / ((around[1] ?? 0) + 0.1);
    const overMedian = d / (median(around) + 0.3);
    const passes = (lines: typeof CERTAIN): boolean =>
      d >= lines.difference && overSecond >= lines.overSecond && overMedian >= lines.overMedian;
    if (passes(POSSIBLE)) found.push({ frame: t, certain: passes(CERTAIN), strength: overSecond });
  }
  const doubtful = found
    .filter((c) => !c.certain)
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MOST_POSSIBLE);
  return [...found.filter((c) => c.certain), ...doubtful]
    .map(({ frame, certain }) => ({ frame, certain }))
    .sort((a, b) => a.frame - b.frame);
}

/**
 * How much a step stands out of the steps before and after it: the face's jump less their mean, over the larger of
 * them. `faces`: rigid points [N,2] px of the frames t−2, t−1, t, t+1. A cut has a large step between small ones,
 * motion does not.
 */
export function isFaceJump(
  faces: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
  faceHeight: number,
): boolean {
  const step = (a: Float32Array, b: Float32Array): Float32Array => b.map((v, i) => v - a[i]!);
  const rms = (v: Float32Array): number =>
    Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / (v.length / 2)) / faceHeight;
  const before = step(faces[0], faces[1]);
  const after = step(faces[2], faces[3]);
  const jump = rms(step(faces[1], faces[2]).map((v, i) => v - (before[i]! + after[i]!) / 2));
  return jump > 0.006 && jump > 1.15 * (Math.max(rms(before), rms(after)) + 0.004);
}
