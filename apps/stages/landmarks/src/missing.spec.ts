import { describe, expect, it } from '@jest/globals';
import { blendsOf, describeGap, fillRows, gapsOf, checkGaps } from './missing.js';

const found = (pattern: string): Uint8Array => Uint8Array.from(pattern, (c) => (c === 'x' ? 1 : 0));
const limits = { maximumGapSeconds: 1, maximumMissingPercent: 5 };

describe('frames without a face', () => {
  it('are grouped into gaps with frames and seconds', () => {
    expect(gapsOf(found('xx..x.'))).toEqual([
      { first: 2, last: 3 },
      { first: 5, last: 5 },
    ]);
    expect(describeGap({ first: 50, last: 74 })).toBe('frames 50–74 (2.00–2.96 s)');
  });

  it('are refused when too many are missing, in total or in a row', () => {
    expect(() => checkGaps(found('x'.repeat(95) + '.'.repeat(5)), limits)).not.toThrow();
    expect(() => checkGaps(found('x'.repeat(90) + '.x.x.x.x.x.x'), limits)).toThrow(
      /5\.9 % of the frames, more than the 5 % allowed: frame 90 \(3\.60 s\)/,
    );
    const gap = found('x'.repeat(600) + '.'.repeat(26) + 'x'.repeat(600));
    expect(() => checkGaps(gap, limits)).toThrow('No face for more than 1 s: frames 600–625 (24.00–25.00 s).');
    let error: unknown;
    try {
      checkGaps(gap, limits);
    } catch (e) {
      error = e;
    }
    expect(error).toMatchObject({ code: 'FACE_NOT_FOUND', at: { frame: 600, second: 24 } });
    expect(() => checkGaps(found('...'), limits)).toThrow('No face in any of the 3 frames.');
  });

  it('are interpolated between neighbours, never across a cut', () => {
    const rows = Float32Array.from([0, 99, 99, 3, 99, 50]);
    fillRows(rows, 1, blendsOf(found('x..x.x'), [4]));
    expect([...rows].map((v) => Math.round(v * 1e5) / 1e5)).toEqual([0, 1, 2, 3, 50, 50]);
  });

  it('use the nearest face where their own segment has none', () => {
    expect(blendsOf(found('x..x'), [1, 3])).toEqual([
      { before: 0, after: 0, weight: 0 },
      { before: 0, after: 0, weight: 0 },
      { before: 3, after: 3, weight: 0 },
      { before: 3, after: 3, weight: 0 },
    ]);
  });
});
