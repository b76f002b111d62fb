// Grades driving audio as it streams: silence, low level, clipping, noise without speech. All findings are warnings:
// any audio can drive a portrait.
import type { Finding } from '@portrait/contracts';
import { MEL_WINDOW, PowerSpectra } from './log-mel.js';

/** A lower peak is silence: the noise floor of a cheap microphone. */
const SILENT_PEAK_DB = -60;
/** Good speech has −26 … −16 dBFS; 20 dB below that, room noise is as loud as the words. */
const QUIET_RMS_DB = -45;
const CLIPPED_LEVEL = 0.999;
/** One sample in a thousand: short peaks pass, a wrong gain does not. */
const CLIPPED_SHARE = 1e-3;
/**
 * A Hann-windowed spectrum of white noise has flatness e^−γ ≈ .56, of speech .002–.06 (nine recordings in six
 * languages).
 */
const NOISE_FLATNESS = 0.4;
/** Standard deviation of the level of 25 ms pieces: steady noise under 1 dB, speech 6–17 dB. */
const NOISE_LEVEL_DEVIATION_DB = 3;
/** One piece per 100 ms is measured. */
const STRIDE_SAMPLES = 1600;
const FIRST_BIN = 3; // 120 Hz
const LAST_BIN = 180; // 7.2 kHz

interface SpeechLevels {
  seconds: number;
  peakDb: number;
  rmsDb: number;
  clippedShare: number;
  /** Median spectral flatness of the pieces, 0 … 1. */
  flatness: number;
  levelDeviationDb: number;
}

const decibels = (amplitude: number): number => 20 * Math.log10(Math.max(amplitude, 1e-8));

export class SpeechMeter {
  private samples = 0;
  private peak = 0;
  private energy = 0;
  private clipped = 0;
  private readonly spectra = new PowerSpectra();
  private readonly power = new Float64Array(MEL_WINDOW / 2 + 1);
  private readonly unused = new Float64Array(MEL_WINDOW / 2 + 1);
  private readonly flatness = new Histogram(0, 1, 200);
  private levels = { count: 0, sum: 0, squares: 0 };
  /** Samples of the next chunk to skip before the next piece. */
  private skip = 0;

  /** Ignores pieces that span two chunks. */
  add(chunk: Float32Array): void {
    for (const x of chunk) {
      const size = Math.abs(x);
      if (size > this.peak) this.peak = size;
      if (size >= CLIPPED_LEVEL) this.clipped++;
      this.energy += x * x;
    }
    this.samples += chunk.length;
    let at = this.skip;
    for (; at + MEL_WINDOW <= chunk.length; at += STRIDE_SAMPLES) this.addPiece(chunk, at);
    this.skip = Math.max(0, at - chunk.length);
  }

  private addPiece(chunk: Float32Array, at: number): void {
    let energy = 0;
    for (let i = 0; i < MEL_WINDOW; i++) energy += chunk[at + i]! ** 2;
    const level = decibels(Math.sqrt(energy / MEL_WINDOW));
    this.levels.count++;
    this.levels.sum += level;
    this.levels.squares += level ** 2;
    if (level < SILENT_PEAK_DB) return;
    this.spectra.pair(chunk, at, at, this.power, this.unused);
    let logSum = 0;
    let sum = 0;
    for (let k = FIRST_BIN; k < LAST_BIN; k++) {
      logSum += Math.log(this.power[k]! + 1e-20);
      sum += this.power[k]!;
    }
    const bins = LAST_BIN - FIRST_BIN;
    this.flatness.add(Math.exp(logSum / bins) / (sum / bins + 1e-20));
  }

  result(): SpeechLevels {
    const { count, sum, squares } = this.levels;
    const meanLevel = count > 0 ? sum / count : 0;
    return {
      seconds: this.samples / 16000,
      peakDb: decibels(this.peak),
      rmsDb: decibels(Math.sqrt(this.energy / Math.max(1, this.samples))),
      clippedShare: this.clipped / Math.max(1, this.samples),
      flatness: this.flatness.median(),
      levelDeviationDb: count > 0 ? Math.sqrt(Math.max(0, squares / count - meanLevel ** 2)) : 0,
    };
  }
}

export function speechFindings(levels: SpeechLevels): Finding[] {
  const { peakDb, rmsDb, clippedShare, flatness, levelDeviationDb } = levels;
  if (peakDb < SILENT_PEAK_DB) {
    return [
      {
        level: 'warning',
        code: 'silent-audio',
        message: `The sound is silent: its peak is ${peakDb.toFixed(0)} dBFS. The mouth will stay closed.`,
        advice: 'Check that this is the right file and that its gain is high enough.',
        value: peakDb,
      },
    ];
  }
  const findings: Finding[] = [];
  if (flatness > NOISE_FLATNESS && levelDeviationDb < NOISE_LEVEL_DEVIATION_DB) {
    const measured = `spectral flatness ${flatness.toFixed(2)}, level deviation ${levelDeviationDb.toFixed(1)} dB`;
    findings.push({
      level: 'warning',
      code: 'noise-audio',
      message: `The sound is steady noise, not speech (${measured}). The mouth will move at random.`,
      advice: 'Use a recording of one person speaking.',
      value: flatness,
    });
  }
  if (rmsDb < QUIET_RMS_DB) {
    findings.push({
      level: 'warning',
      code: 'quiet-audio',
      message: `The sound is very quiet: ${rmsDb.toFixed(0)} dBFS on average.`,
      advice: 'Raise the gain to about −20 dBFS.',
      value: rmsDb,
    });
  }
  if (clippedShare > CLIPPED_SHARE) {
    findings.push({
      level: 'warning',
      code: 'clipped-audio',
      message: `${(100 * clippedShare).toFixed(1)} % of the samples are clipped.`,
      advice: 'Record again with a lower gain.',
      value: clippedShare,
    });
  }
  return findings;
}

class Histogram {
  private readonly bins: Uint32Array;
  private count = 0;
  constructor(
    private readonly low: number,
    private readonly high: number,
    bins: number,
  ) {
    this.bins = new Uint32Array(bins);
  }
  add(value: number): void {
    const bin = Math.floor(((value - this.low) / (this.high - this.low)) * this.bins.length);
    this.bins[Math.max(0, Math.min(this.bins.length - 1, bin))]!++;
    this.count++;
  }
  /** Middle of the bin that holds the median; 0 when empty. */
  median(): number {
    let below = 0;
    for (const [i, n] of this.bins.entries()) {
      below += n;
      if (2 * below >= this.count && this.count > 0)
        return this.low + ((i + 0.5) * (this.high - this.low)) / this.bins.length;
    }
    return 0;
  }
}
