import { describe, expect, it } from '@jest/globals';
import { PortraitError } from '@portrait/contracts';
import { eyeTrackSchema, parseTrack, poseTrackSchema, valueAt } from './track.js';

const track = (interpolation: string) =>
  parseTrack(
    poseTrackSchema,
    {
      version: 1,
      interpolation,
      keyframes: [
        { time: 1, yaw: 10 },
        { time: 3, yaw: -10, z: 2 },
      ],
    },
    'pose track',
  );

describe('tracks', () => {
  it('holds before the first and after the last keyframe', () => {
    for (const kind of ['ease', 'linear', 'hold']) {
      expect(valueAt(track(kind), 'yaw', 0)).toBe(10);
      expect(valueAt(track(kind), 'yaw', 99)).toBe(-10);
    }
  });

  it('goes between keyframes in the way that was asked for', () => {
    expect(valueAt(track('linear'), 'yaw', 1.5)).toBe(5);
    expect(valueAt(track('hold'), 'yaw', 2.99)).toBe(10);
    expect(valueAt(track('hold'), 'yaw', 3)).toBe(-10);
    expect(valueAt(track('ease'), 'yaw', 2)).toBe(0);
    // Smoothstep at a quarter: 3/16 − 2/64 of the way.
    expect(valueAt(track('ease'), 'yaw', 1.5)).toBe(10 - 20 * 0.15625);
    expect(valueAt(track('ease'), 'z', 2)).toBe(1);
  });

  it('names every mistake and its place', () => {
    const bad = {
      version: 1,
      speed: 2,
      keyframes: [
        { time: 1, yaw: 90 },
        { time: 0.5, tilt: 3 },
      ],
    };
    const message = (() => {
      try {
        parseTrack(poseTrackSchema, bad, 'pose track');
      } catch (error) {
        expect(error).toBeInstanceOf(PortraitError);
        return (error as PortraitError).message;
      }
      return '';
    })();
    for (const part of ['keyframes[0].yaw', 'tilt', 'speed', 'pose track']) expect(message).toContain(part);
    expect(() =>
      parseTrack(poseTrackSchema, { version: 1, keyframes: [{ time: 1 }, { time: 1 }] }, 'pose track'),
    ).toThrow(/keyframes\[1\]\.time: 1 s does not come after 1 s/);
    expect(() => parseTrack(eyeTrackSchema, { version: 1, keyframes: [] }, 'eye track')).toThrow(
      /eye track has 1 mistake: keyframes/,
    );
    expect(() => parseTrack(eyeTrackSchema, 'text', 'eye track')).toThrow(/the file/);
  });
});
