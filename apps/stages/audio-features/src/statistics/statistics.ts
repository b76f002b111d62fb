// Fixed mean and deviation of every channel of an extractor, measured once over speech in several languages.
// The tables beside this file are written by tools/measure-statistics.mjs.

export interface Statistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Mean and deviation per channel. The deviation is at least a hundredth of the median, so that dead channels stay
 * small.
 */
export class StatisticsMeter {
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private frames = 0;

  constructor(readonly channels: number) {
    this.sum = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  /** @param features [n][channels] */
  add(features: Float32Array): void {
    for (let i = 0; i < features.length; i++) {
      this.sum[i % this.channels]! += features[i]!;
      this.squares[i % this.channels]! += features[i]! ** 2;
    }
    this.frames += features.length / this.channels;
  }

  result(): Statistics {
    const mean = [...this.sum].map((s) => s / this.frames);
    const raw = [...this.squares].map((s, c) => Math.sqrt(Math.max(0, s / this.frames - mean[c]! ** 2)));
    const minDeviation = [...raw].sort((a, b) => a - b)[Math.floor(raw.length / 2)]! / 100;
    return { mean, deviation: raw.map((d) => Math.max(d, minDeviation)) };
  }
}
