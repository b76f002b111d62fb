import { describe, expect, it } from '@jest/globals';
import type { Transforms } from '@portrait/contracts';
import { pingPongPath, recordedPath } from './clip-path.js';
import { angleBetween, anglesBetween, headPoseOf, moveHead, type HeadPose } from './head-pose.js';
import { checkPoseTrack, clipPoses, neutralPosition, poseFromClip, poseFromTrack } from './pose-source.js';
import { madeUpTransforms } from './made-up-portrait.testing.js';
import { parseTrack, poseTrackSchema } from './track.js';

const frontal = headPoseOf([
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 3.3],
  [0, 0, 0, 1],
]);
const yawed = (yaw: number): HeadPose => moveHead(frontal, { yaw, pitch: 0, roll: 0 }, [0, 0, 0]);
const transforms: Transforms = madeUpTransforms();
const poses = clipPoses(transforms);
const segmentNumbers = transforms.frames.map((f) => f.segment);
const track = (keyframes: object[]) =>
  parseTrack(poseTrackSchema, { version: 1, interpolation: 'linear', keyframes }, 'pose track');

describe('pose source', () => {
  it('gives the clip back frame by frame without smoothing', () => {
    const at = poseFromClip(poses, pingPongPath(segmentNumbers, 'longest', 30), 1);
    for (let i = 0; i < 30; i++) expect(at(i)).toEqual(poses[i]);
  });

  it('smooths without lag: a steady turn stays where it is', () => {
    const steady = Array.from({ length: 40 }, (_, k) => yawed(k / 4));
    const at = poseFromClip(steady, pingPongPath(Array(40).fill(0), 'longest', 30), 7);
    // Averaging quaternions over ±0.75° differs from the middle one by the third order: below 1e-6°; acos adds 1e-6°.
    for (let i = 0; i < 30; i++) expect(angleBetween(at(i), steady[i]!)).toBeLessThan(1e-5);
  });

  it('takes the shaking out of a pose', () => {
    const shaking = Array.from({ length: 200 }, (_, k) => yawed(((k * 7919) % 13) / 13));
    const at = poseFromClip(shaking, pingPongPath(Array(200).fill(0), 'longest', 180), 7);
    const path = (read: (i: number) => HeadPose): number =>
      Array.from({ length: 150 }, (_, i) => angleBetween(read(i + 10), read(i + 11))).reduce((a, b) => a + b);
    expect(path(at)).toBeLessThan(0.3 * path((i) => shaking[i]!));
  });

  it('does not smooth across a cut when it follows the recording', () => {
    const at = poseFromClip(poses, recordedPath(segmentNumbers, 0, 60), 7);
    expect(at(39)).toEqual(poses[39]);
    expect(at(40)).toEqual(poses[40]);
    expect(at(20)).not.toEqual(poses[20]);
    expect(() => recordedPath(segmentNumbers, 10, 51)).toThrow(/60 frames/);
  });

  it('takes a recorded pose near the mean as neutral', () => {
    expect(neutralPosition([yawed(-10), yawed(1), yawed(9), yawed(20)], 0.0345)).toBe(1);
  });

  it('turns and shifts the neutral head as the track says, in degrees and centimetres', () => {
    const at = poseFromTrack(track([{ time: 0 }, { time: 2, yaw: 20, pitch: 4, x: 3 }]), frontal, 0.0345);
    const read = anglesBetween(frontal, at(25));
    expect(read.yaw).toBeCloseTo(10, 9);
    expect(read.pitch).toBeCloseTo(2, 9);
    expect(at(50).translation[0]).toBeCloseTo(3 * 0.0345, 12);
  });

  it('refuses a track that turns far beyond the clip and warns of one that turns a little beyond', () => {
    const seen = [yawed(-5), yawed(0), yawed(9)];
    expect(() =>
      checkPoseTrack(
        track([
          { time: 0, yaw: 30 },
          { time: 1, pitch: -20 },
        ]),
        seen,
        yawed(0),
      ),
    ).toThrow(/keyframes\[0\]\.yaw is 30°, the clip shows -5\.0° to 9\.0°; keyframes\[1\]\.pitch/);
    const findings = checkPoseTrack(track([{ time: 0 }, { time: 1, yaw: -15 }]), seen, yawed(0));
    expect(findings).toMatchObject([{ level: 'warning', code: 'pose-outside-clip', at: { second: 1 } }]);
    expect(checkPoseTrack(track([{ time: 0, yaw: 9 }]), seen, yawed(0))).toEqual([]);
  });
});
