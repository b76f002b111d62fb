import { describe, expect, it } from '@jest/globals';
import { principalComponents } from './principal-components.js';

describe('principalComponents', () => {
  // Points along (3, 4)/5 with deviation 10 and across it with deviation 1, around (5, -2).
  const rows = new Float32Array(2 * 400);
  for (let i = 0; i < 400; i++) {
    const along = 10 * Math.SQRT2 * Math.sin((2 * Math.PI * i) / 400);
    const across = Math.SQRT2 * Math.cos((2 * Math.PI * i) / 400);
    rows[2 * i] = 5 + along * 0.6 - across * 0.8;
    rows[2 * i + 1] = -2 + along * 0.8 + across * 0.6;
  }

  it('finds mean, directions and deviations of a known ellipse', () => {
    const { mean, basis, deviation } = principalComponents(rows, 2, 2);
    expect(mean[0]).toBeCloseTo(5, 5);
    expect(mean[1]).toBeCloseTo(-2, 5);
    expect(Math.abs(basis[0]! * 0.6 + basis[1]! * 0.8)).toBeCloseTo(1, 6);
    expect(deviation[0]).toBeCloseTo(10, 4);
    expect(deviation[1]).toBeCloseTo(1, 4);
  });

  it('gives the same numbers every time', () => {
    expect(principalComponents(rows, 2, 1).basis).toEqual(principalComponents(rows, 2, 1).basis);
  });
});
