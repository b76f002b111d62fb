// Are sound and mouth together? A linear map from audio features to mouth opening is fitted on training frames; on
// other frames its prediction is shifted against the measured opening, and the shift of best correlation is the offset.
// The idea is SyncNet's, the map is ours (SyncNet's weights cannot be had freely), so the figures are named differently
// and not comparable with LSE.
import { correlation } from '../statistics.js';

/** Rows of features around a video frame: 2i − 8 … 2i + 7, 320 ms. */
const WINDOW = 16;
/** More training frames than this change little and cost their square; they are thinned evenly. */
const MOST_SAMPLES = 1200;
/** Strengths tried, relative to the mean diagonal of the kernel; the last fifth of the training frames chooses. */
const STRENGTHS = [0.03, 0.1, 0.3, 1];
const LARGEST_OFFSET = 15;

export interface OpeningPredictor {
  /** Opening as the sound of video frame i tells it. @param features [T, channels] → [frames] */
  predict(features: Float32Array, frames: number): Float64Array;
}

/**
 * Ridge regression from windows of audio features to mouth opening, in its dual form (frames are fewer than features).
 * @param features [T, channels] at 50 Hz
 * @param opening a video frame, null where no face was found
 * @param trainFrames only frames before this are looked at
 */
export function fitOpeningPredictor(
  features: Float32Array,
  channels: number,
  opening: readonly (number | null)[],
  trainFrames: number,
): OpeningPredictor {
  const usable = opening.slice(0, trainFrames).flatMap((v, i) => (v === null ? [] : [i]));
  const stride = Math.ceil(usable.length / MOST_SAMPLES);
  const frames = usable.filter((_, k) => k % stride === 0);
  const rows = frames.map((f) => audioWindow(features, channels, f));
  const target = frames.map((f) => opening[f]!);
  const kernel = gram(rows);
  const n = rows.length;
  const scale = n > 0 ? Array.from({ length: n }, (_, i) => kernel[i * n + i]!).reduce((a, b) => a + b, 0) / n : 1;

  const fitRows = Math.floor(n * 0.8);
  let best = { strength: STRENGTHS[0]!, score: -Infinity };
  for (const strength of STRENGTHS) {
    const { weights, mean } = solve(kernel, n, fitRows, target, strength * scale);
    const predicted = target.slice(fitRows).map((_, j) => mean + dotRow(kernel, n, fitRows + j, weights));
    const score = correlation(predicted, target.slice(fitRows));
    if (score > best.score) best = { strength, score };
  }

  const { weights, mean } = solve(kernel, n, n, target, best.strength * scale);
  const primal = new Float64Array(WINDOW * channels);
  rows.forEach((row, i) => row.forEach((v, c) => (primal[c]! += weights[i]! * v)));
  return {
    predict: (given, count) =>
      Float64Array.from({ length: count }, (_, f) =>
        audioWindow(given, channels, f).reduce((sum, v, c) => sum + v * primal[c]!, mean),
      ),
  };
}

export interface AvOffset {
  /** Video frames (40 ms); positive: the sound is late. */
  offset: number;
  /** The same between frames: top of the parabola through the peak and its neighbours. */
  fineOffset: number;
  /** Correlation at the peak. */
  peak: number;
  /**
   * Peak less the median of the curve, as SyncNet's confidence is made. On 6.5 s of a newsreader: .87 with the right
   * sound, .40 with wrong sound.
   */
  confidence: number;
  /** Correlation at −15 … 15 frames. */
  curve: { offset: number; correlation: number }[];
}

/**
 * @param opening of the frames looked at, null where no face was found
 * @param frames their numbers
 * @param predicted by the sound, for every frame of it
 * @returns null when fewer than two seconds can be compared
 */
export function avOffset(
  opening: readonly (number | null)[],
  frames: readonly number[],
  predicted: Float64Array,
): AvOffset | null {
  const curve = Array.from({ length: 2 * LARGEST_OFFSET + 1 }, (_, k) => {
    const offset = k - LARGEST_OFFSET;
    const pairs = opening.flatMap((v, i) => {
      const p = predicted[frames[i]! + offset];
      return v !== null && p !== undefined ? [[v, p] as const] : [];
    });
    return {
      offset,
      correlation: correlation(
        pairs.map(([v]) => v),
        pairs.map(([, p]) => p),
      ),
      pairs: pairs.length,
    };
  });
  if (curve.some((c) => c.pairs < 50)) return null;
  const peak = curve.reduce((a, b) => (b.correlation > a.correlation ? b : a));
  const [before, after] = [-1, 1].map(
    (d) => curve[peak.offset + LARGEST_OFFSET + d]?.correlation ?? peak.correlation,
  ) as [number, number];
  const bend = 2 * peak.correlation - before - after;
  const fineOffset = peak.offset + (bend > 0 ? (after - before) / (2 * bend) : 0);
  const median = curve.map((c) => c.correlation).sort((a, b) => a - b)[LARGEST_OFFSET]!;
  return {
    offset: peak.offset,
    fineOffset,
    peak: peak.correlation,
    confidence: peak.correlation - median,
    curve: curve.map(({ offset, correlation: r }) => ({ offset, correlation: r })),
  };
}

/** Zeros beyond the ends, which is the mean of standardised speech. */
function audioWindow(features: Float32Array, channels: number, frame: number): Float32Array {
  const row = new Float32Array(WINDOW * channels);
  const first = (2 * frame - WINDOW / 2) * channels;
  const from = Math.max(0, first);
  const to = Math.max(from, Math.min(features.length, first + row.length));
  row.set(features.subarray(from, to), from - first);
  return row;
}

/** Inner products of all pairs of rows. [n, n] */
function gram(rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [rows[i]!, rows[j]!];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let c = 0; c < a.length; c += 4) {
        s0 += a[c]! * b[c]!;
        s1 += a[c + 1]! * b[c + 1]!;
        s2 += a[c + 2]! * b[c + 2]!;
        s3 += a[c + 3]! * b[c + 3]!;
      }
      kernel[i * n + j] = kernel[j * n + i] = s0 + s1 + s2 + s3;
    }
  }
  return kernel;
}

/** (K + λI) w = y − mean over the first `count` rows, by Cholesky. */
function solve(
  kernel: Float64Array,
  stride: number,
  count: number,
  target: readonly number[],
  lambda: number,
): { weights: Float64Array; mean: number } {
  const mean = target.slice(0, count).reduce((a, b) => a + b, 0) / Math.max(1, count);
  const l = new Float64Array(count * count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = kernel[i * stride + j]! + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) sum -= l[i * count + k]! * l[j * count + k]!;
      l[i * count + j] = i === j ? Math.sqrt(sum) : sum / l[j * count + j]!;
    }
    let y = target[i]! - mean;
    for (let k = 0; k < i; k++) y -= l[i * count + k]! * weights[k]!;
    weights[i] = y / l[i * count + i]!;
  }
  for (let i = count - 1; i >= 0; i--) {
    let w = weights[i]!;
    for (let k = i + 1; k < count; k++) w -= l[k * count + i]! * weights[k]!;
    weights[i] = w / l[i * count + i]!;
  }
  return { weights, mean };
}

function dotRow(kernel: Float64Array, stride: number, row: number, weights: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += kernel[row * stride + k]! * weights[k]!;
  return sum;
}
