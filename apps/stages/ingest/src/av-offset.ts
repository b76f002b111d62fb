// Measures by how much the sound is late (or early) against the picture: mouth opening against loudness, moved over
// each other. Loudness of the first formant's band opens with the jaw; the wide band's logarithm catches quiet
// syllables. Both vote.
import { CLIP_FPS, SAMPLE_RATE } from '@portrait/contracts';
import { SAMPLES_PER_FRAME } from './timeline.js';

/**
 * Offsets looked at, frames to either side. In a short clip the further ones are as likely by chance as the true one.
 */
const reachFor = (frames: number): number => (frames < 10 * CLIP_FPS ? 15 : CLIP_FPS);
/** Below this nothing is said: wrong sound reaches 0.2 by chance. */
const MIN_CORRELATION = 0.2;
/** The peak must stand out of everything further than this many frames from it, by so much. */
const APART = 4;
const MIN_LEAD = 0.05;
/** Frames for which that lead is enough. Chance peaks grow as the square root of the length falls. Ours. */
const LEAD_FRAMES = 150;
/** Four seconds: with less, chance peaks are as high as true ones. */
export const MIN_OFFSET_FRAMES = 4 * CLIP_FPS;

export interface MouthStretch {
  /** Clip frame of the first value. */
  first: number;
  /** Mouth opening of consecutive frames; NaN where no face was found. */
  values: Float32Array;
}

export interface AvOffset {
  /** Sound minus picture, seconds; positive: the sound is late. */
  seconds: number;
  /** Correlation at that offset, and its lead over the best one elsewhere. */
  correlation: number;
  lead: number;
  /** Offsets beyond this many seconds were not looked at. */
  reachSeconds: number;
  /** False when the peak is too low or not alone; `seconds` is then worth nothing. */
  reliable: boolean;
}

/** null when the mouth was seen for less than four seconds. */
export function measureAvOffset(stretches: readonly MouthStretch[], samples: Float32Array): AvOffset | null {
  const seen = stretches.filter((s) => s.values.length >= MIN_OFFSET_FRAMES / 2);
  const frames = seen.reduce((sum, s) => sum + s.values.filter((v) => !Number.isNaN(v)).length, 0);
  if (frames < MIN_OFFSET_FRAMES) return null;
  const narrow = loudness(bandPass(samples, 500, 1200), (rms) => rms);
  const wide = loudness(bandPass(samples, 200, 3000), (rms) => Math.log(rms + 1e-3));
  const reach = reachFor(frames);
  const curve = new Float64Array(2 * reach + 1);
  for (const { first, values } of seen) {
    const mouth = evened(filled(values));
    for (const envelope of [narrow, wide]) {
      for (let lag = -reach; lag <= reach; lag += 1) {
        const heard = evened(
          Float64Array.from({ length: mouth.length }, (_, i) => envelope[clamp(first + i + lag, envelope.length)] ?? 0),
        );
        curve[lag + reach]! +=
          (correlation(mouth, heard) * values.length) / (2 * seen.reduce((sum, s) => sum + s.values.length, 0));
      }
    }
  }
  let peak = 0;
  curve.forEach((v, i) => {
    if (v > curve[peak]!) peak = i;
  });
  const elsewhere = Math.max(...curve.filter((_, i) => Math.abs(i - peak) > APART));
  const lead = curve[peak]! - elsewhere;
  const minLead = MIN_LEAD * Math.max(1, Math.sqrt(LEAD_FRAMES / frames));
  return {
    seconds: (peak - reach + vertex(curve[peak - 1], curve[peak]!, curve[peak + 1])) / CLIP_FPS,
    correlation: curve[peak]!,
    lead,
    reachSeconds: reach / CLIP_FPS,
    reliable: curve[peak]! >= MIN_CORRELATION && lead >= minLead,
  };
}

const clamp = (i: number, length: number): number => Math.max(0, Math.min(length - 1, i));

/** Where the parabola through three neighbours has its top, −0.5..0.5. */
function vertex(before: number | undefined, top: number, after: number | undefined): number {
  if (before === undefined || after === undefined || before - 2 * top + after === 0) return 0;
  return (0.5 * (before - after)) / (before - 2 * top + after);
}

function loudness(samples: Float32Array, scale: (rms: number) => number): Float64Array {
  const frames = Math.floor(samples.length / SAMPLES_PER_FRAME);
  return Float64Array.from({ length: frames }, (_, f) => {
    let energy = 0;
    for (let i = f * SAMPLES_PER_FRAME; i < (f + 1) * SAMPLES_PER_FRAME; i += 1) energy += samples[i]! ** 2;
    return scale(Math.sqrt(energy / SAMPLES_PER_FRAME));
  });
}

/** Butterworth high pass and low pass of second order each. */
function bandPass(samples: Float32Array, low: number, high: number): Float32Array {
  return biquad(biquad(samples, low, true), high, false);
}

function biquad(samples: Float32Array, hertz: number, highPass: boolean): Float32Array {
  const w = (2 * Math.PI * hertz) / SAMPLE_RATE;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / Math.SQRT2;
  const gain = (highPass ? 1 + cos : 1 - cos) / 2 / (1 + alpha);
  const middle = highPass ? -2 * gain : 2 * gain;
  const [a1, a2] = [(-2 * cos) / (1 + alpha), (1 - alpha) / (1 + alpha)];
  const out = new Float32Array(samples.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i += 1) {
    const x = samples[i]!;
    const y = gain * x + middle * x1 + gain * x2 - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    out[i] = y;
  }
  return out;
}

/** Gaps take the last value seen, leading ones the first. */
function filled(values: Float32Array): Float64Array {
  let last = values.find((v) => !Number.isNaN(v)) ?? 0;
  return Float64Array.from(values, (v) => (last = Number.isNaN(v) ? last : v));
}

/** Slow drift (a second) and the noise of single frames taken out. */
function evened(values: Float64Array): Float64Array {
  const window = (i: number, reach: number, weight: (k: number) => number): number => {
    let sum = 0;
    let weights = 0;
    for (let k = -reach; k <= reach; k += 1) {
      const v = values[i + k];
      if (v === undefined) continue;
      sum += v * weight(k);
      weights += weight(k);
    }
    return sum / weights;
  };
  return values.map((_, i) => window(i, 2, (k) => Math.exp(-k * k)) - window(i, CLIP_FPS / 2 - 0.5, () => 1));
}

function correlation(a: Float64Array, b: Float64Array): number {
  let [ab, aa, bb, sa, sb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    sa += a[i]!;
    sb += b[i]!;
  }
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i]! - sa / a.length;
    const y = b[i]! - sb / a.length;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
