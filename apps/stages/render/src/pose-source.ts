// The head pose of every output frame, as a pure function of its index: from the clip, held, or from a track.
import { CLIP_FPS, PortraitError, type Finding, type Transforms } from '@portrait/contracts';
import { interpolate, type ClipPath } from './clip-path.js';
import {
  angleBetween,
  anglesBetween,
  between,
  headPoseOf,
  meanPose,
  moveHead,
  type HeadAngles,
  type HeadPose,
} from './head-pose.js';
import { centredWindow } from './smoothing.js';
import { valueAt, type PoseTrack } from './track.js';

export type PoseAt = (index: number) => HeadPose;

/** Poses of the tracked frames, in the order of the file. */
export function clipPoses(transforms: Transforms): HeadPose[] {
  return transforms.frames.map((frame) => headPoseOf(frame.transform_matrix));
}

/**
 * Position of the neutral pose: the recorded pose nearest to the mean of all, 1° counted as 1 cm.
 * A recorded pose and not the mean itself, because training has seen it.
 */
export function neutralPosition(poses: readonly HeadPose[], scale: number): number {
  const mean = meanPose(poses);
  const distance = (pose: HeadPose): number =>
    angleBetween(pose, mean) + Math.hypot(...pose.translation.map((v, k) => v - mean.translation[k]!)) / scale;
  const distances = poses.map(distance);
  return distances.reduce((best, d, k) => (d < distances[best]! ? k : best), 0);
}

/** Poses along a path through the clip, averaged over a centred window that stops at cuts. */
export function poseFromClip(poses: readonly HeadPose[], path: ClipPath, window: number): PoseAt {
  const raw: PoseAt = (index) => interpolate(poses, path.position(index), between);
  return (index) => {
    const { start, end } = path.reach(index);
    const { from, to } = centredWindow(index, window, start, end);
    return from === to ? raw(index) : meanPose(Array.from({ length: to - from + 1 }, (_, k) => raw(from + k)));
  };
}

/**
 * Beyond the recorded range by this much the head was never seen from there, and a track is refused. Degrees; ours: an
 * ear's width of unseen skin.
 */
const REFUSE_BEYOND = 15;
/** From here on the picture visibly suffers. Degrees; ours. */
const WARN_BEYOND = 5;

/**
 * How far a track leaves the range of head angles the clip shows. Throws when it leaves it by far, all keyframes named.
 */
export function checkPoseTrack(track: PoseTrack, poses: readonly HeadPose[], neutral: HeadPose): Finding[] {
  const names = ['yaw', 'pitch', 'roll'] as const;
  const recorded = poses.map((pose) => anglesBetween(neutral, pose));
  const range = (name: keyof HeadAngles): [number, number] => [
    Math.min(0, ...recorded.map((a) => a[name])),
    Math.max(0, ...recorded.map((a) => a[name])),
  ];
  const refused: string[] = [];
  const findings: Finding[] = [];
  for (const name of names) {
    const [low, high] = range(name);
    track.keyframes.forEach((keyframe, k) => {
      const beyond = Math.max(low - keyframe[name], keyframe[name] - high);
      const where =
        `keyframes[${k}].${name} is ${keyframe[name]}°, the clip shows ${low.toFixed(1)}° to ` + `${high.toFixed(1)}°`;
      if (beyond > REFUSE_BEYOND) refused.push(where);
      else if (beyond > WARN_BEYOND) {
        findings.push({
          level: 'warning',
          code: 'pose-outside-clip',
          message: `${where}.`,
          advice: 'Expect blur on the side of the head that the clip does not show.',
          at: { second: keyframe.time },
          value: beyond,
        });
      }
    });
  }
  if (refused.length > 0) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `The pose track turns the head further than the clip has shown it: ${refused.join('; ')}.`,
      {
        hint:
          `Stay within ${REFUSE_BEYOND}° of the recorded range, or train on a clip in which the head ` +
          'turns that far.',
        at: { file: 'track.json' },
      },
    );
  }
  return findings;
}

/** Poses of a track, relative to the neutral pose. `scale` in world units per centimetre. */
export function poseFromTrack(track: PoseTrack, neutral: HeadPose, scale: number): PoseAt {
  return (index) => {
    const at = (key: 'yaw' | 'pitch' | 'roll' | 'x' | 'y' | 'z'): number => valueAt(track, key, index / CLIP_FPS);
    return moveHead(neutral, { yaw: at('yaw'), pitch: at('pitch'), roll: at('roll') }, [
      at('x') * scale,
      at('y') * scale,
      at('z') * scale,
    ]);
  };
}
