import { describe, expect, it } from '@jest/globals';
import { restFrame } from './rest-frame.js';

const FRAMES = 100;
const found = new Uint8Array(FRAMES).fill(1);
/** Talks (loud, mouth moving), silent with closed lips in 40 … 59, closed lips of a loud "m" in 20 … 24. */
const silent = (k: number): boolean => k >= 40 && k < 60;
const levels = Array.from({ length: FRAMES }, (_, k) => (silent(k) ? -60 : -15));
const opening = Array.from({ length: FRAMES }, (_, k) =>
  silent(k) ? 0.012 - 0.0001 * (k - 40) : k >= 20 && k < 25 ? 0.001 : 0.1 + 0.05 * Math.sin(k),
);

describe('restFrame', () => {
  it('is a silent frame with closed lips, not a closed sound', () => {
    expect(restFrame(opening, found, levels, FRAMES)).toBe(57);
  });

  it('looks at training frames only', () => {
    expect(restFrame(opening, found, levels, 50)).toBe(47);
  });

  it('passes over frames without a face', () => {
    const missing = found.map((v, k) => (k === 55 ? 0 : v));
    expect(restFrame(opening, missing, levels, FRAMES)).toBe(52);
  });

  it('takes the least open frame of a clip that is never quiet for long', () => {
    const restless = levels.map((_, k) => (k % 3 === 0 ? -60 : -15));
    expect(restFrame(opening, found, restless, FRAMES)).toBe(20);
  });
});
