// Measures the sound: level, background, clipping, and how much of it is voice. Numbers only; grading is elsewhere.
import { SAMPLE_RATE } from '@portrait/contracts';
import { readAudioChunks } from '@portrait/media';
import type { Source } from './check-streams.js';
import { percentile } from './statistics.js';

/** 20 ms, as in the audio features. */
const FRAME = SAMPLE_RATE / 50;
export const SILENCE_DB = -100;

export interface SoundMeasures {
  /** Level of each 20 ms, dB of full scale. */
  levels: Float32Array;
  /** Level of the loud parts (95th percentile) and of the background (10th), dB of full scale. */
  loudDb: number;
  backgroundDb: number;
  /** Share of the time with voice in it, 0..1. */
  voicedShare: number;
}

export function measureSound(samples: Float32Array): SoundMeasures {
  const frames = Math.floor(samples.length / FRAME);
  if (frames === 0)
    return { levels: new Float32Array(0), loudDb: SILENCE_DB, backgroundDb: SILENCE_DB, voicedShare: 0 };
  const levels = new Float32Array(frames);
  for (let f = 0; f < frames; f += 1) {
    let energy = 0;
    for (let i = f * FRAME; i < (f + 1) * FRAME; i += 1) energy += samples[i]! ** 2;
    levels[f] = energy > 0 ? Math.max(SILENCE_DB, 10 * Math.log10(energy / FRAME)) : SILENCE_DB;
  }
  const loudDb = percentile(levels, 0.95);
  const backgroundDb = percentile(levels, 0.1);
  // Voice is periodic and stands out of what is always there; a hum does not stand out, noise is not periodic.
  const line = Math.max(backgroundDb + 6, loudDb - 25);
  const slow = decimate(samples);
  let voiced = 0;
  for (let f = 0; f + 1 < frames; f += 1)
    if (levels[f]! > line && periodicity(slow, (f * FRAME) / DECIMATION) > 0.5) voiced += 1;
  return { levels, loudDb, backgroundDb, voicedShare: voiced / frames };
}

const DECIMATION = 4;
const SLOW_RATE = SAMPLE_RATE / DECIMATION;
const WINDOW = (40 * SLOW_RATE) / 1000;

function decimate(samples: Float32Array): Float32Array {
  const slow = new Float32Array(Math.floor(samples.length / DECIMATION));
  for (let i = 0; i < slow.length; i += 1)
    for (let k = 0; k < DECIMATION; k += 1) slow[i]! += samples[i * DECIMATION + k]! / DECIMATION;
  return slow;
}

/** Largest normalised autocorrelation of 40 ms at pitch periods of 70 to 400 Hz. */
function periodicity(slow: Float32Array, start: number): number {
  let best = 0;
  for (let lag = Math.floor(SLOW_RATE / 400); lag <= SLOW_RATE / 70; lag += 1) {
    if (start + WINDOW + lag > slow.length) break;
    let product = 0;
    let energy = 0;
    let moved = 0;
    for (let i = start; i < start + WINDOW; i += 1) {
      product += slow[i]! * slow[i + lag]!;
      energy += slow[i]! ** 2;
      moved += slow[i + lag]! ** 2;
    }
    best = Math.max(best, product / Math.sqrt(energy * moved + 1e-12));
  }
  return best;
}

export interface Clipping {
  /** Share of the samples in runs of three or more at full scale, 0..1. */
  share: number;
  /** Second with most of them, on the recording's own clock. */
  worstSecond: number;
}

/** Looks at the recording's own rate: after a change of rate a flat top is not flat any more. */
export async function measureClipping({ path, audio }: Source, signal: AbortSignal): Promise<Clipping> {
  const { sampleRate, track } = audio;
  let total = 0;
  let run = 0;
  const perSecond: number[] = [];
  for await (const chunk of readAudioChunks(path, { sampleRate, track, signal })) {
    for (const sample of chunk) {
      if (Math.abs(sample) >= 0.985) {
        run += 1;
      } else {
        if (run >= 3) {
          const second = Math.floor(total / sampleRate);
          perSecond[second] = (perSecond[second] ?? 0) + run;
        }
        run = 0;
      }
      total += 1;
    }
  }
  const counts = Array.from(perSecond, (n) => n ?? 0);
  const worst = counts.reduce((best, n, i) => (n > (counts[best] ?? 0) ? i : best), 0);
  return { share: total > 0 ? counts.reduce((a, b) => a + b, 0) / total : 0, worstSecond: worst };
}
