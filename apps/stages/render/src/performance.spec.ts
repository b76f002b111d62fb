import { describe, expect, it } from '@jest/globals';
import { loopingBase } from './base-path.js';
import { madeUpEyes, madeUpTransforms } from './made-up-portrait.testing.js';
import { renderSpec } from '@portrait/contracts';
import { checkInputsMatch, planPerformance } from './performance.js';
import type { Timeline } from './timeline.js';

const timeline = (total: number): Timeline => ({ total, first: 0, end: total, speechFrame: 0, audioStart: 0 });
const inputs = {
  transforms: madeUpTransforms(),
  eyeOpenness: madeUpEyes(),
  eyeRange: { closed: 0.1, open: 0.4, wide: 0.5 },
};
const plan = (params: object, total = 200, seed = 1, more: object = {}) =>
  planPerformance({ ...inputs, ...more }, renderSpec.params.parse(params), timeline(total), seed);
const x = (camera: number[][]): number => camera[0]![3]!;

describe('performance', () => {
  it('never takes a pose from across a cut, and does not jump', () => {
    const { camera } = plan({});
    for (let i = 1; i < 200; i++) expect(Math.abs(x(camera(i)) - x(camera(i - 1)))).toBeLessThan(0.08);
    // Roll is 0 in the longest segment and 3° after the cut: sin 3° = .052 would show here.
    for (let i = 0; i < 200; i++) expect(Math.abs(camera(i)[1]![0]!)).toBeLessThan(0.01);
    expect(Math.abs(plan({ poseSegment: 1 }).camera(5)[1]![0]!)).toBeGreaterThan(0.04);
  });

  it('takes eyes of the frames the pose comes from: one blink each way', () => {
    const { eye } = plan({}, 80);
    const lids = Array.from({ length: 80 }, (_, i) => eye(i));
    // The clip blinks at frame 20; on the way back that is frame 39 + 19 = 58.
    expect(lids[20]).toBeCloseTo(0.2, 6);
    expect(lids[58]).toBeCloseTo(0.2, 6);
    expect(lids.filter((v) => v < 0.45)).toHaveLength(10);
  });

  it('takes pose and eyes of the recorded frame itself in footage mode', () => {
    const base = loopingBase({ start: 0, length: 40 }, { start: 2, end: 38, fade: 2 });
    const footage = planPerformance(inputs, renderSpec.params.parse({ poseSmoothing: 7 }), timeline(200), 1, base);
    const camera = (frame: number): number[][] => inputs.transforms.frames[frame]!.transform_matrix;
    const near = (a: number[][], b: number[][]): void =>
      a.forEach((row, i) => row.forEach((v, j) => expect(v).toBeCloseTo(b[i]![j]!, 6)));
    near(footage.camera(30), camera(30));
    near(footage.camera(38), camera(2));
    expect(footage.eye(20)).toBeCloseTo(0.2, 6);
    expect(footage.base!(37)).toEqual({ frame: 37, other: 1, weight: 2 / 3 });
    // On the way to the jump the head moves from one pose to the other.
    const [from, here, to] = [x(camera(37)), x(footage.camera(37)), x(camera(1))];
    expect((here - from) / (to - from)).toBeCloseTo(2 / 3, 2);
  });

  it('does not depend on the order in which frames are asked for', () => {
    const params = { eyes: 'blinks', blinkSeconds: 1 };
    const serial = plan(params);
    const whole = Array.from({ length: 200 }, (_, i) => [serial.camera(i), serial.eye(i)]);
    const shard = plan(params);
    for (const i of [150, 20, 199, 0, 77]) expect([shard.camera(i), shard.eye(i)]).toEqual(whole[i]);
  });

  it('holds a pose, follows a track and fixes the eyes', () => {
    const held = plan({ pose: 'held', heldFrame: 7, eyes: 'fixed', eyesOpen: 0 });
    expect(held.camera(0)).toEqual(held.camera(100));
    expect(x(held.camera(0))).toBeCloseTo(inputs.transforms.frames[7]!.transform_matrix[0]![3]!, 12);
    expect(held.eye(50)).toBeCloseTo(0.2, 12);
    const tracked = plan({ pose: 'track', eyes: 'track' }, 200, 1, {
      poseTrack: { version: 1, keyframes: [{ time: 0 }, { time: 4, yaw: 6 }] },
      eyeTrack: {
        version: 1,
        keyframes: [
          { time: 0, open: 1 },
          { time: 2, open: 0 },
        ],
      },
    });
    expect(x(tracked.camera(100))).not.toBeCloseTo(x(tracked.camera(0)), 2);
    expect([tracked.eye(0), tracked.eye(25), tracked.eye(50)].map((v) => Number(v.toFixed(6)))).toEqual([
      0.8, 0.5, 0.2,
    ]);
    expect(tracked.findings).toEqual([]);
  });

  it('names files that are missing and files that nothing uses', () => {
    const none = { poseTrack: false, eyeTrack: false, backgroundMedia: false };
    expect(() => checkInputsMatch({ pose: 'track', eyes: 'clip', background: 'media' }, none)).toThrow(
      /pose "track" needs the input poseTrack.*background "media" needs/,
    );
    expect(() =>
      checkInputsMatch({ pose: 'clip', eyes: 'clip', background: 'plate' }, { ...none, eyeTrack: true }),
    ).toThrow(/eyeTrack was given, but is only used with eyes "track"/);
    expect(() => checkInputsMatch({ pose: 'held', eyes: 'blinks', background: '#000000' }, none)).not.toThrow();
  });
});
