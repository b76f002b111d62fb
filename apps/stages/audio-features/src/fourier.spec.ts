import { describe, expect, it } from '@jest/globals';
import { Fourier } from './fourier.js';

describe('Fourier', () => {
  it.each([1, 2, 5, 12, 400])('equals its defining sum, length %i', (n) => {
    const re = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i + 1));
    const im = Float64Array.from({ length: n }, (_, i) => Math.cos(3 * i * i));
    const outRe = new Float64Array(n);
    const outIm = new Float64Array(n);
    new Fourier(n).transform(re, im, outRe, outIm);
    for (let k = 0; k < n; k += Math.ceil(n / 7)) {
      let sumRe = 0;
      let sumIm = 0;
      for (let t = 0; t < n; t++) {
        const a = (-2 * Math.PI * k * t) / n;
        sumRe += re[t]! * Math.cos(a) - im[t]! * Math.sin(a);
        sumIm += re[t]! * Math.sin(a) + im[t]! * Math.cos(a);
      }
      // Double precision over at most 400 terms of size 1.
      expect(outRe[k]).toBeCloseTo(sumRe, 9);
      expect(outIm[k]).toBeCloseTo(sumIm, 9);
    }
  });
});
