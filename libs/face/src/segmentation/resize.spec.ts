import { describe, expect, it } from '@jest/globals';
import { areaResizer } from './resize.js';

const identity = Float32Array.from({ length: 256 }, (_, v) => v);

describe('areaResizer', () => {
  it('averages blocks at an integer ratio', () => {
    const rgb = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => i * 5);
    const small = areaResizer(4, 2, identity)(rgb);
    const mean = (pixels: number[], c: number): number =>
      pixels.reduce((sum, p) => sum + rgb[p * 3 + c]!, 0) / pixels.length;
    expect([...small.slice(0, 3)]).toEqual([0, 1, 2].map((c) => mean([0, 1, 4, 5], c)));
    expect([...small.slice(9, 12)]).toEqual([0, 1, 2].map((c) => mean([10, 11, 14, 15], c)));
  });

  it('keeps a uniform picture uniform at any ratio and applies the curve', () => {
    const curve = identity.map((v) => v / 127.5 - 1);
    for (const size of [100, 256, 450]) {
      const values = areaResizer(size, 256, curve)(new Uint8Array(size * size * 3).fill(255));
      // The sums of float32 weights are 1 up to rounding.
      expect(values.reduce((worst, v) => Math.max(worst, Math.abs(v - 1)), 0)).toBeLessThan(1e-5);
    }
  });

  it('returns the picture at ratio one', () => {
    const rgb = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    expect([...areaResizer(8, 8, identity)(rgb)]).toEqual([...rgb]);
  });
});
