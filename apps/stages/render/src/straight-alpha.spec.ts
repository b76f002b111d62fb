import { describe, expect, it } from '@jest/globals';
import { straightAlpha } from './straight-alpha.js';

describe('straight alpha', () => {
  it('gives the colour back from under its opacity', () => {
    const colour = [200, 120, 40];
    const alphas = [255, 128, 51, 0];
    const overBlack = Uint8Array.from(alphas.flatMap((a) => colour.map((c) => Math.round((c * a) / 255))));
    const rgba = straightAlpha(overBlack, Uint8Array.from(alphas));
    alphas.slice(0, 3).forEach((a, i) => {
      expect(rgba[i * 4 + 3]).toBe(a);
      // A step of the stored picture is 255/a levels of colour.
      colour.forEach((c, k) => expect(Math.abs(rgba[i * 4 + k]! - c)).toBeLessThanOrEqual(255 / a / 2 + 0.5));
    });
    expect([...rgba.subarray(12)]).toEqual([0, 0, 0, 0]);
  });

  it('never leaves the range of a byte when the picture is brighter than its opacity', () => {
    expect([...straightAlpha(Uint8Array.of(90, 80, 70), Uint8Array.of(60))]).toEqual([255, 255, 255, 60]);
  });
});
