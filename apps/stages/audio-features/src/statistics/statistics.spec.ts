import { describe, expect, it } from '@jest/globals';
import { standardise } from '../extractors.js';
import { MOONSHINE_STATISTICS } from './moonshine-tiny-layer3.js';
import { StatisticsMeter } from './statistics.js';
import { WHISPER_MEAN_MEL, WHISPER_STATISTICS } from './whisper-base-layer2.js';

describe('StatisticsMeter', () => {
  it('gives mean and deviation per channel, with a floor for dead channels', () => {
    const meter = new StatisticsMeter(3);
    meter.add(Float32Array.of(1, 0, 5, 3, 4, 5));
    meter.add(Float32Array.of(1, 0, 5, 3, 4, 5));
    expect(meter.result()).toEqual({ mean: [2, 2, 5], deviation: [1, 2, 0.01] }); // median 1, a hundredth of it
  });
});

describe('statistics tables', () => {
  it('have a value for every channel and no deviation of zero', () => {
    expect(WHISPER_MEAN_MEL).toHaveLength(80);
    for (const [table, channels] of [
      [MOONSHINE_STATISTICS, 288],
      [WHISPER_STATISTICS, 128],
    ] as const) {
      expect(table.mean).toHaveLength(channels);
      expect(table.deviation).toHaveLength(channels);
      expect(Math.min(...table.deviation)).toBeGreaterThan(0);
    }
  });
});

describe('standardise', () => {
  it('subtracts, divides and clamps outliers to 6', () => {
    expect([...standardise(Float32Array.of(3, 100, 1, -100), { mean: [1, 0], deviation: [2, 1] })]).toEqual([
      1, 6, 0, -6,
    ]);
  });
});
