// Removes jitter from a pose track without lag: local polynomial regression over time (Savitzky-Golay with a Gaussian
// window), in the tangent space at each frame, inside each segment only. Ours; the paper's tracker uses a Laplacian.
// All six channels share one window, because jitter of rotation and translation cancels in the picture.
import { expRotation, logBetween, multiply } from './rotation.js';
import type { Segment } from './segments.js';

export interface PoseTrack {
  /** [F,9] row-major, [F,3]. */
  rotations: Float64Array;
  translations: Float64Array;
}

/**
 * Smoothed copy of a track.
 * @param trust [F] weight of each frame, 0 for frames whose pose is unknown: they are interpolated.
 * @param sigma standard deviation of the window, frames; 0 leaves known frames as they are.
 */
export function smoothTrack(
  track: PoseTrack,
  trust: Float64Array,
  segments: readonly Segment[],
  sigma: number,
): PoseTrack {
  const filled = fillGaps(track, trust, segments);
  if (!(sigma > 0)) return filled;
  const out: PoseTrack = { rotations: filled.rotations.slice(), translations: filled.translations.slice() };
  const tangent = new Float64Array(3),
    fitted = new Float64Array(6),
    turn = new Float64Array(9);
  const sums = new Float64Array(5),
    moments = new Float64Array(18);
  const reach = Math.ceil(3 * sigma);
  for (const { start, end } of segments) {
    for (let t = start; t < end; t++) {
      sums.fill(0);
      moments.fill(0);
      const from = Math.max(start, t - reach),
        to = Math.min(end - 1, t + reach);
      let before = 0,
        after = 0;
      for (let s = from; s <= to; s++) {
        const d = s - t;
        // Interpolated frames have a small weight, so that the window is not empty inside a gap.
        const w = Math.max(trust[s]!, 1e-3) * Math.exp((-d * d) / (2 * sigma * sigma));
        if (d < 0) before += w;
        if (d > 0) after += w;
        for (let k = 0, power = w; k < 5; k++, power *= d) sums[k]! += power;
        logBetween(filled.rotations, s * 9, filled.rotations, t * 9, tangent);
        for (let c = 0; c < 6; c++) {
          const value = c < 3 ? tangent[c]! : filled.translations[s * 3 + c - 3]! - filled.translations[t * 3 + c - 3]!;
          moments[c]! += w * value;
          moments[6 + c]! += w * value * d;
          moments[12 + c]! += w * value * d * d;
        }
      }
      // Near the end of a segment a parabola oscillates; use a line.
      const oneSided = Math.min(before, after) < 0.25 * Math.max(before, after);
      valueAtCentre(sums, moments, oneSided ? 1 : 2, fitted);
      expRotation(fitted, turn);
      multiply(turn, 0, filled.rotations, t * 9, out.rotations, t * 9);
      for (let c = 0; c < 3; c++) out.translations[t * 3 + c] = filled.translations[t * 3 + c]! + fitted[3 + c]!;
    }
  }
  return out;
}

/** Least squares polynomial of the given degree through six channels, at d = 0. */
function valueAtCentre(m: Float64Array, y: Float64Array, degree: 1 | 2, out: Float64Array): void {
  const [m0, m1, m2, m3, m4] = m as unknown as [number, number, number, number, number];
  // Cramer's rule: cofactors of the first row of the moment matrix times the moments of y, over the determinant.
  const line = degree === 1 ? m2 : m2 * m4 - m3 * m3;
  const slope = degree === 1 ? -m1 : m2 * m3 - m1 * m4;
  const bend = degree === 1 ? 0 : m1 * m3 - m2 * m2;
  const determinant = m0 * line + m1 * slope + m2 * bend;
  if (!(Math.abs(determinant) > 1e-12)) {
    if (degree === 2) return valueAtCentre(m, y, 1, out);
    for (let c = 0; c < 6; c++) out[c] = y[c]! / m0;
    return;
  }
  for (let c = 0; c < 6; c++) out[c] = (line * y[c]! + slope * y[6 + c]! + bend * y[12 + c]!) / determinant;
}

/**
 * Interpolates unknown frames along the shortest path between the known frames of a segment and holds the pose at its
 * ends. A segment without any known frame takes the pose nearest in time.
 */
function fillGaps(track: PoseTrack, trust: Float64Array, segments: readonly Segment[]): PoseTrack {
  const rotations = track.rotations.slice(),
    translations = track.translations.slice();
  const known = [...trust.keys()].filter((t) => trust[t]! > 0);
  const step = new Float64Array(3),
    turn = new Float64Array(9);
  for (const { start, end } of segments) {
    const inside = known.filter((t) => t >= start && t < end);
    const anchors = inside.length ? inside : known;
    for (let t = start; t < end; t++) {
      if (trust[t]! > 0) continue;
      const after = anchors.find((a) => a > t),
        before = anchors.findLast((a) => a < t);
      if (after === undefined && before === undefined) continue;
      const path = inside.length && after !== undefined && before !== undefined;
      const nearest = (before === undefined || (after !== undefined && after - t < t - before) ? after : before)!;
      const a = path ? before : nearest,
        b = path ? after : nearest;
      const share = a === b ? 0 : (t - a) / (b - a);
      logBetween(rotations, b * 9, rotations, a * 9, step);
      for (let c = 0; c < 3; c++) step[c]! *= share;
      expRotation(step, turn);
      multiply(turn, 0, rotations, a * 9, rotations, t * 9);
      for (let c = 0; c < 3; c++)
        translations[t * 3 + c] = translations[a * 3 + c]! * (1 - share) + translations[b * 3 + c]! * share;
    }
  }
  return { rotations, translations };
}

/** Jitter: mean length of the second difference over √6, inside segments; white noise of σ gives σ per channel. */
export function trackJitter(track: PoseTrack, segments: readonly Segment[]): { degrees: number; cm: number } {
  const forward = new Float64Array(3),
    backward = new Float64Array(3);
  let turn = 0,
    shift = 0,
    count = 0;
  for (const { start, end } of segments) {
    for (let t = start + 1; t < end - 1; t++) {
      logBetween(track.rotations, (t + 1) * 9, track.rotations, t * 9, forward);
      logBetween(track.rotations, (t - 1) * 9, track.rotations, t * 9, backward);
      let a = 0,
        b = 0;
      for (let c = 0; c < 3; c++) {
        a += (forward[c]! + backward[c]!) ** 2;
        b +=
          (track.translations[(t + 1) * 3 + c]! -
            2 * track.translations[t * 3 + c]! +
            track.translations[(t - 1) * 3 + c]!) **
          2;
      }
      turn += Math.sqrt(a);
      shift += Math.sqrt(b);
      count++;
    }
  }
  const unit = 1 / (Math.max(1, count) * Math.sqrt(6));
  return { degrees: turn * unit * (180 / Math.PI), cm: shift * unit };
}
