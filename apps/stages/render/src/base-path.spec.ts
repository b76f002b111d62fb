import { describe, expect, it } from '@jest/globals';
import { loopingBase, pingPongBase, recordedBase } from './base-path.js';

const SEGMENT = { start: 30, length: 100 };
const LOOP = { start: 15, end: 90, fade: 10 };
const frames = (base: (index: number) => { frame: number }, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, k) => base(from + k).frame);

describe('loopingBase', () => {
  it('goes through the segment and on in its loop, forwards only', () => {
    const base = loopingBase(SEGMENT, LOOP);
    expect(frames(base, 0, 3)).toEqual([30, 31, 32]);
    expect(frames(base, 88, 92)).toEqual([118, 119, 45, 46]);
    expect(base(89)).toEqual({ frame: 119, other: 44, weight: 10 / 11 });
  });

  it('goes back and forth in a segment without a loop', () => {
    expect(frames(loopingBase(SEGMENT, null), 0, 300)).toEqual(frames(pingPongBase(SEGMENT), 0, 300));
  });
});

describe('pingPongBase', () => {
  it('shows whole frames of the segment and neighbours of the last one', () => {
    const shown = frames(pingPongBase(SEGMENT), 0, 500);
    expect(Math.min(...shown)).toBe(30);
    expect(Math.max(...shown)).toBe(125); // the head slows down before it turns
    shown.slice(1).forEach((frame, k) => expect(Math.abs(frame - shown[k]!)).toBeLessThanOrEqual(1));
  });
});

describe('recordedBase', () => {
  it('is the clip frame for frame', () => {
    expect(frames(recordedBase(200, 5, SEGMENT, LOOP), 0, 195)).toEqual(Array.from({ length: 195 }, (_, k) => 5 + k));
  });

  it('cuts to the longest segment when the speech is longer than the clip', () => {
    expect(frames(recordedBase(200, 0, SEGMENT, LOOP), 198, 203)).toEqual([198, 199, 30, 31, 32]);
  });

  it('loops without a cut when the clip ends in that segment', () => {
    const base = recordedBase(130, 0, SEGMENT, LOOP);
    expect(frames(base, 28, 32)).toEqual([28, 29, 30, 31]);
    expect(frames(base, 117, 123)).toEqual([117, 118, 119, 45, 46, 47]);
  });

  it('starts in the loop when the speech starts behind the end of the clip', () => {
    expect(recordedBase(200, 250, SEGMENT, LOOP)(0)).toEqual({ frame: 30, weight: 0 });
  });
});
