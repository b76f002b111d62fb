import { describe, expect, it } from '@jest/globals';
import { matchColours, NO_CHANGE } from './colour-match.js';

/** Skin-like pixels: levels around 150 that vary by ±25, the same every time. */
function skin(pixels: number): Uint8Array {
  let state = 5;
  return Uint8Array.from({ length: pixels * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 125 + Math.round((50 * state) / 2 ** 32);
  });
}
const all = (pixels: number): Uint32Array => Uint32Array.from({ length: pixels }, (_, k) => k);
const lit = (rendered: Uint8Array): Uint8Array => rendered.map((v, k) => Math.round(v * 1.1 - 4 + (k % 3)));

describe('matchColours', () => {
  it('finds gain and offset of each channel', () => {
    const rendered = skin(4000);
    const { gain, offset } = matchColours(lit(rendered), rendered, all(4000));
    for (let c = 0; c < 3; c++) expect(gain[c]! * 150 + offset[c]!).toBeCloseTo(150 * 1.1 - 4 + c, 0);
  });

  it('is not led astray by a tenth of pixels that are something else', () => {
    const rendered = skin(4000);
    const recorded = lit(rendered).map((v, k) => (Math.floor(k / 3) % 10 === 0 ? 20 : v));
    const { gain, offset } = matchColours(recorded, rendered, all(4000));
    for (let c = 0; c < 3; c++) expect(Math.abs(gain[c]! * 150 + offset[c]! - (150 * 1.1 - 4 + c))).toBeLessThan(1);
  });

  it('changes nothing from a handful of pixels', () => {
    const rendered = skin(50);
    expect(matchColours(lit(rendered), rendered, all(50))).toEqual(NO_CHANGE);
  });
});
