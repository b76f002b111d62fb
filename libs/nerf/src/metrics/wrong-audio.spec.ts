import { expect, it } from '@jest/globals';
import { wrongMoments } from './wrong-audio.js';

it.each([8, 80, 162, 727])('gives each of %i frames the sound of a moment far away', (n) => {
  const moments = wrongMoments(n);
  expect([...moments].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  const nearest = Math.min(...moments.map((m, i) => Math.abs(m - i)));
  expect(nearest).toBeGreaterThanOrEqual(Math.min(25, Math.floor(n / 4)));
});
