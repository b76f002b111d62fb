import { describe, expect, it } from '@jest/globals';
import { angleBetween, anglesBetween, between, cameraToWorldOf, headPoseOf, meanPose, moveHead } from './head-pose.js';

const frontal = headPoseOf([
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 3.3],
  [0, 0, 0, 1],
]);
const centred = { yaw: 0, pitch: 0, roll: 0 };

/** Where a point of the head lands in camera axes. */
function inCamera(pose: ReturnType<typeof headPoseOf>, point: number[]): number[] {
  const m = cameraToWorldOf(pose);
  const d = point.map((v, k) => v - m[k]![3]!);
  return [0, 1, 2].map((axis) => d[0]! * m[0]![axis]! + d[1]! * m[1]![axis]! + d[2]! * m[2]![axis]!);
}

describe('head pose', () => {
  it('survives the way to a camera matrix and back, also at half turns', () => {
    for (const angles of [
      centred,
      { yaw: 20, pitch: -8, roll: 3 },
      { yaw: 179.9, pitch: 1, roll: 2 },
      { yaw: 0, pitch: 0, roll: 180 },
    ]) {
      const pose = moveHead(frontal, angles, [0.1, -0.2, 0.3]);
      const back = headPoseOf(cameraToWorldOf(pose));
      // acos near 1 loses half of the 52 bits: 1e-8 rad, 1e-6 degrees.
      expect(angleBetween(pose, back)).toBeLessThan(1e-5);
      back.translation.forEach((v, k) => expect(v).toBeCloseTo(pose.translation[k]!, 12));
    }
  });

  it('puts the camera of a frontal head in front of the face', () => {
    expect(frontal.translation).toEqual([-0, -0, -3.3]);
    expect(cameraToWorldOf(frontal)[2]![3]).toBeCloseTo(3.3, 12);
  });

  it('turns the nose to the right for yaw and up for pitch, and the crown to the right for roll', () => {
    const nose = [0, 0, 0.5],
      crown = [0, 0.5, 0];
    expect(inCamera(moveHead(frontal, { ...centred, yaw: 10 }, [0, 0, 0]), nose)[0]).toBeCloseTo(
      0.5 * Math.sin(Math.PI / 18),
      12,
    );
    expect(inCamera(moveHead(frontal, { ...centred, pitch: 10 }, [0, 0, 0]), nose)[1]).toBeCloseTo(
      0.5 * Math.sin(Math.PI / 18),
      12,
    );
    expect(inCamera(moveHead(frontal, { ...centred, roll: 10 }, [0, 0, 0]), crown)[0]).toBeCloseTo(
      0.5 * Math.sin(Math.PI / 18),
      12,
    );
  });

  it('keeps the head where it is while turning, and shifts it along the camera axes', () => {
    const turned = moveHead(frontal, { yaw: 25, pitch: 5, roll: -4 }, [0, 0, 0]);
    expect(inCamera(turned, [0, 0, 0])[2]).toBeCloseTo(-3.3, 12);
    expect(inCamera(moveHead(turned, centred, [0.2, 0, 0]), [0, 0, 0])[0]).toBeCloseTo(0.2, 12);
  });

  it('reads back the angles it was turned by', () => {
    const angles = { yaw: 12, pitch: -7, roll: 4 };
    const read = anglesBetween(frontal, moveHead(frontal, angles, [0, 0, 0]));
    for (const key of ['yaw', 'pitch', 'roll'] as const) expect(read[key]).toBeCloseTo(angles[key], 9);
  });

  it('averages rotation and translation, whatever sign the quaternions carry', () => {
    const a = moveHead(frontal, { ...centred, yaw: -6 }, [-0.1, 0, 0]);
    const b = moveHead(frontal, { ...centred, yaw: 6 }, [0.1, 0, 0]);
    const flipped = { ...b, rotation: b.rotation.map((v) => -v) as unknown as typeof b.rotation };
    for (const mean of [meanPose([a, b]), meanPose([a, flipped]), between(a, flipped, 0.5)]) {
      expect(angleBetween(mean, frontal)).toBeLessThan(1e-5);
      expect(mean.translation[0]).toBeCloseTo(0, 12);
    }
  });
});
