import { describe, expect, it } from '@jest/globals';
import { pieces, planTimeline } from './timeline.js';

const whole = { startSeconds: 0, durationSeconds: null, frameRange: null };

describe('timeline', () => {
  it('covers the sound to its last sample and not a frame more', () => {
    expect(planTimeline(2, whole).total).toBe(50);
    expect(planTimeline(2.001, whole).total).toBe(51);
    expect(planTimeline(2 + 2 / 16000, whole).total).toBe(50);
    expect(planTimeline(54.7025, whole).total).toBe(1368);
    expect(planTimeline(0.1 + 0.2, whole).total).toBe(8);
  });

  it('begins at the frame at or before startSeconds and keeps sound and frames together', () => {
    expect(planTimeline(10, { startSeconds: 1.05, durationSeconds: 2, frameRange: null })).toEqual({
      total: 50,
      first: 0,
      end: 50,
      speechFrame: 26,
      audioStart: 1.04,
    });
    expect(planTimeline(10, { startSeconds: 1, durationSeconds: 4, frameRange: [50, 75] })).toEqual({
      total: 100,
      first: 50,
      end: 75,
      speechFrame: 25,
      audioStart: 3,
    });
  });

  it('says what is outside the speech', () => {
    expect(() => planTimeline(2, { ...whole, startSeconds: 2 })).toThrow(/2\.00 s long/);
    expect(() => planTimeline(2, { ...whole, frameRange: [0, 51] })).toThrow(/50 frames/);
  });

  it('cuts parts where the whole is cut', () => {
    expect(pieces(0, 600, 250)).toEqual([
      { first: 0, end: 250 },
      { first: 250, end: 500 },
      { first: 500, end: 600 },
    ]);
    expect(pieces(240, 510, 250)).toEqual([
      { first: 240, end: 250 },
      { first: 250, end: 500 },
      { first: 500, end: 510 },
    ]);
  });
});
