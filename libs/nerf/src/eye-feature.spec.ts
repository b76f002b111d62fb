import { describe, expect, it } from '@jest/globals';
import { eyeFeature, eyeRange } from './eye-feature.js';

describe('eyeFeature', () => {
  const openness = Float32Array.from({ length: 100 }, (_, i) => i / 100);

  it('takes its range from the training frames only', () => {
    const range = eyeRange(Float32Array.of(...openness, 50), 100);
    expect([range.closed, range.open, range.wide].map((v) => Math.round(v * 100))).toEqual([2, 50, 98]);
  });

  it('is 1 at the 98th percentile and stays within what training shows', () => {
    const range = eyeRange(openness, 100);
    expect(eyeFeature(range.wide, range)).toBe(1);
    expect(eyeFeature(-0.1, range)).toBe(0);
    expect(eyeFeature(9, range)).toBe(1.2);
  });

  it('stays finite for eyes that never open', () => {
    expect(eyeFeature(0, eyeRange(new Float32Array(10), 10))).toBe(0);
  });
});
