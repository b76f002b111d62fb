import { describe, expect, it } from '@jest/globals';
import { longestSegment, pingPongPosition, segmentsOf, TURN_EASE } from './ping-pong.js';

const path = (frames: number, length: number) => Array.from({ length: frames }, (_, i) => pingPongPosition(i, length));

describe('ping-pong', () => {
  it('reads the sequence as it is until the first turn begins', () => {
    expect(path(100 - TURN_EASE, 100)).toEqual(Array.from({ length: 100 - TURN_EASE }, (_, i) => i));
  });

  it('never leaves the sequence and never jumps by more than one frame', () => {
    for (const length of [2, 3, 10, 17, 50]) {
      const read = path(500, length);
      expect(Math.min(...read)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...read)).toBeLessThanOrEqual(length - 1);
      for (let i = 1; i < read.length; i++) expect(Math.abs(read[i]! - read[i - 1]!)).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it('turns without a knock: speed changes by at most 1/ease a frame', () => {
    const read = path(1000, 60);
    for (let i = 2; i < read.length; i++) {
      const change = read[i]! - 2 * read[i - 1]! + read[i - 2]!;
      expect(Math.abs(change)).toBeLessThanOrEqual(1 / TURN_EASE + 1e-12);
    }
  });

  it('goes both ways for as long as asked', () => {
    const read = path(400, 50);
    expect(read[49 + 20]).toBe(29);
    expect(read[98 + 20]).toBe(20);
    expect(read[98 + 49 + 20]).toBe(29);
  });

  it('stands still on a single frame', () => {
    expect(path(10, 1)).toEqual(Array(10).fill(0));
  });

  it('finds the segments between cuts and the longest of them', () => {
    const segments = segmentsOf([0, 0, 1, 1, 1, 2, 2, 2]);
    expect(segments).toEqual([
      { start: 0, length: 2 },
      { start: 2, length: 3 },
      { start: 5, length: 3 },
    ]);
    expect(longestSegment(segments)).toBe(1);
  });
});
