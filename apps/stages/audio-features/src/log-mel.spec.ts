import { describe, expect, it } from '@jest/globals';
import { logMel, MEL_BANDS, melFilters } from './log-mel.js';

const tone = (hz: number, samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / 16000));

describe('logMel', () => {
  it('has 80 triangles of unit area with rising centres', () => {
    const filters = melFilters();
    expect(filters).toHaveLength(MEL_BANDS);
    const centres = filters.map(({ firstBin, weights }) => firstBin + weights.indexOf(Math.max(...weights)));
    for (let i = 1; i < centres.length; i++) expect(centres[i]).toBeGreaterThanOrEqual(centres[i - 1]!);
    // The widest triangle covers 22 bins of 40 Hz: its sampled area is off by less than 2 %.
    const area = filters.at(-1)!.weights.reduce((a, b) => a + b, 0) * 40;
    expect(Math.abs(area - 1)).toBeLessThan(0.02);
  });

  it('puts a 1 kHz tone at mel 15', () => {
    const mel = logMel(tone(1000, 3600), 20);
    const column = Array.from({ length: MEL_BANDS }, (_, band) => mel[band * 20 + 10]!);
    // mel(8 kHz) = 15 + 27 ln 8 / ln 6.4 = 45.25; 1 kHz is 15/45.25 of 81 steps = 26.9, that is band 25 or 26 counted
    // from 0.
    expect([25, 26]).toContain(column.indexOf(Math.max(...column)));
  });

  it('limits the range to eight decades below the maximum', () => {
    const mel = logMel(tone(300, 3600), 20);
    // 8 decades of power divided by 4.
    expect(Math.max(...mel) - Math.min(...mel)).toBeCloseTo(2, 5);
  });

  it('is constant and finite for silence', () => {
    const mel = logMel(new Float32Array(3600), 20);
    // log10(1e-10) = −10 → (−10 + 4) / 4.
    for (const v of mel) expect(v).toBeCloseTo(-1.5, 6);
  });
});
