import { describe, expect, it } from '@jest/globals';
import { blinkFrames, blinkOpenness } from './blinks.js';
import { pingPongPath } from './clip-path.js';
import { clipEyes, eyeScale, eyesFixed, eyesFromClip, eyesWithBlinks } from './eye-source.js';

const scale = { closed: 0.1, open: 0.4 };

describe('eyes', () => {
  it('keeps the frame numbers of the clip and measures by what the head was trained with', () => {
    const range = { closed: 0.5, open: 2, wide: 5 };
    expect(clipEyes([1, 2, 3, 4, 50], range, [0, 2, 3, 4])).toEqual([0.2, 0.6, 0.8, 1.2]);
    expect(() => clipEyes([1, 2], range, [0, 2])).toThrow(/no frame 2/);
    expect(eyeScale(range)).toEqual(scale);
  });

  it('fixes the eyes anywhere between closed and open', () => {
    expect(eyesFixed(scale, 0)(7)).toBe(0.1);
    expect(eyesFixed(scale, 1)(7)).toBeCloseTo(0.4, 12);
  });

  it('follows the clip along the path of the pose', () => {
    const eyes = Array.from({ length: 50 }, (_, k) => k);
    const path = pingPongPath(Array(50).fill(0), 'longest', 90);
    expect(eyesFromClip(eyes, path, 1)(30)).toBe(30);
    expect(eyesFromClip(eyes, path, 3)(30)).toBe(30);
    expect(eyesFromClip(eyes, path, 3)(49 + 20)).toBe(29);
  });

  it('blinks every 2 to 6 seconds or so, as often as asked, never at the start', () => {
    const total = 25 * 3600;
    const frames = blinkFrames(3, 3.5, total);
    const gaps = frames
      .slice(1)
      .map((frame, k) => (frame - frames[k]!) / 25)
      .sort((a, b) => a - b);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    // About 950 intervals with a log spread of .4: the median's standard error is 1.25 · .4 / √950 = 1.6 %, four of
    // them are 6.5 %.
    expect(Math.abs(gaps[gaps.length >> 1]! / 3.5 - 1)).toBeLessThan(0.065);
    const usual = gaps.filter((gap) => gap > 2 && gap < 6).length / gaps.length;
    // Normal distribution: Φ(ln(6/3.5)/.4) − Φ(ln(2/3.5)/.4) = .911 − .081 = .83, standard error .012.
    expect(Math.abs(usual - 0.83)).toBeLessThan(0.05);
    expect(frames[0]).toBeGreaterThan(3);
    expect(blinkFrames(3, 3.5, 500)).toEqual(frames.filter((f) => f <= 500));
  });

  it('closes over three frames, opens over five, and reaches both ends', () => {
    const lids = Array.from({ length: 20 }, (_, i) => blinkOpenness([8], i));
    const lowest = lids.indexOf(Math.min(...lids));
    expect(lowest).toBe(8);
    expect(lids[8]).toBe(0);
    expect(lids.slice(0, 5)).toEqual(Array(5).fill(1));
    expect(lids.slice(14)).toEqual(Array(6).fill(1));
    for (let i = 5; i <= 8; i++) expect(lids[i]).toBeLessThan(lids[i - 1]!);
    for (let i = 9; i <= 14; i++) expect(lids[i]).toBeGreaterThan(lids[i - 1]!);
  });

  it('scales blinks to the person and repeats them for a seed', () => {
    const values = (seed: number): number[] =>
      Array.from({ length: 500 }, (_, i) => eyesWithBlinks(scale, seed, 3.5, 500)(i));
    expect(Math.min(...values(1))).toBeCloseTo(0.1, 12);
    expect(Math.max(...values(1))).toBeCloseTo(0.4, 12);
    expect(values(1)).toEqual(values(1));
    expect(values(2)).not.toEqual(values(1));
  });
});
