// What the portrait does in every frame of a video: head pose and eyes, from the portrait's own clip, tracks and
// parameters. Everything is checked here, before the first frame is rendered, and all mistakes of one kind are named
// together.
import { PortraitError, type Finding, type Transforms } from '@portrait/contracts';
import type { BaseAt } from './base-path.js';
import { pingPongPath, recordedPath, type ClipPath } from './clip-path.js';
import {
  clipEyes,
  eyeScale,
  eyesFixed,
  eyesFromClip,
  eyesFromTrack,
  eyesWithBlinks,
  type EyeAt,
} from './eye-source.js';
import type { EyeRange } from '@portrait/nerf';
import { between, cameraToWorldOf, type HeadPose } from './head-pose.js';
import type { RenderParams } from '@portrait/contracts';
import { checkPoseTrack, clipPoses, neutralPosition, poseFromClip, poseFromTrack, type PoseAt } from './pose-source.js';
import type { Timeline } from './timeline.js';
import { eyeTrackSchema, parseTrack, poseTrackSchema } from './track.js';

export interface PerformanceInputs {
  transforms: Transforms;
  /** Raw openness of the eyes, by frame of the clip. */
  eyeOpenness: ArrayLike<number>;
  eyeRange: EyeRange;
  /** Content of the track files, unchecked; undefined when not given. */
  poseTrack?: unknown;
  eyeTrack?: unknown;
}

export interface Performance {
  /** Recorded frame by number in the clip, in footage mode. */
  base: BaseAt | null;
  /** Camera to world for frame `index` of the video, rows of 4. */
  camera(index: number): number[][];
  eye: EyeAt;
  findings: Finding[];
}

/** What is asked for must have been given, and what is given must be used. */
export function checkInputsMatch(
  params: Pick<RenderParams, 'pose' | 'eyes' | 'background'>,
  given: { poseTrack: boolean; eyeTrack: boolean; backgroundMedia: boolean },
): void {
  const mistakes: string[] = [];
  const pair = (asked: boolean, present: boolean, parameter: string, input: string): void => {
    if (asked && !present) mistakes.push(`${parameter} needs the input ${input}, which was not given`);
    if (!asked && present) mistakes.push(`the input ${input} was given, but is only used with ${parameter}`);
  };
  pair(params.pose === 'track', given.poseTrack, 'pose "track"', 'poseTrack');
  pair(params.eyes === 'track', given.eyeTrack, 'eyes "track"', 'eyeTrack');
  pair(params.background === 'media', given.backgroundMedia, 'background "media"', 'backgroundMedia');
  if (mistakes.length > 0)
    throw new PortraitError('INVALID_ARGUMENT', `${mistakes.join('; ')}.`, {
      hint: 'Give the file and the parameter that uses it together.',
    });
}

export function planPerformance(
  inputs: PerformanceInputs,
  params: RenderParams,
  timeline: Timeline,
  seed: number,
  base: BaseAt | null = null,
): Performance {
  const { transforms } = inputs;
  const poses = clipPoses(transforms);
  if (poses.length === 0)
    throw new PortraitError('INCOMPATIBLE', 'The portrait has no tracked frame.', {
      hint: 'Make the portrait again from its video.',
    });
  if (base) return performanceOfFootage(inputs, poses, params, timeline, seed, base);
  const segmentNumbers = transforms.frames.map((frame) => frame.segment);
  const path =
    params.pose === 'recorded'
      ? recordedPath(segmentNumbers, timeline.speechFrame, timeline.total)
      : pingPongPath(segmentNumbers, params.poseSegment, timeline.total);
  const { pose, findings } = poseOf();
  return {
    base: null,
    camera: (index) => cameraToWorldOf(pose(index)),
    eye: eyesOf(inputs, params, path, timeline, seed),
    findings,
  };

  function poseOf(): { pose: PoseAt; findings: Finding[] } {
    if (params.pose === 'clip' || params.pose === 'recorded')
      return { pose: poseFromClip(poses, path, params.poseSmoothing), findings: [] };
    const neutral = poses[neutralPosition(poses, transforms.scale)]!;
    if (params.pose === 'track') {
      const track = parseTrack(poseTrackSchema, inputs.poseTrack, 'pose track');
      return { pose: poseFromTrack(track, neutral, transforms.scale), findings: checkPoseTrack(track, poses, neutral) };
    }
    if (params.heldFrame === 'neutral') return { pose: () => neutral, findings: [] };
    const held = transforms.frames.findIndex((frame) => frame.img_id === params.heldFrame);
    if (held < 0) {
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `heldFrame is ${params.heldFrame}, but the clip has the frames 0 to ${transforms.frames.at(-1)!.img_id}.`,
        { hint: 'Name a frame of the clip, or "neutral".' },
      );
    }
    return { pose: () => poses[held]!, findings: [] };
  }
}

/** Poses and eyes of the recorded frames themselves: smoothed, they would no longer fit what is recorded. */
function performanceOfFootage(
  inputs: PerformanceInputs,
  poses: readonly HeadPose[],
  params: RenderParams,
  timeline: Timeline,
  seed: number,
  base: BaseAt,
): Performance {
  const frameIds = inputs.transforms.frames.map((frame) => frame.img_id);
  const path: ClipPath = { position: (index) => base(index).frame, reach: () => ({ start: 0, end: timeline.total }) };
  return {
    base(index) {
      const { frame, other, weight } = base(index);
      return { frame: frameIds[frame]!, ...(other !== undefined && { other: frameIds[other]! }), weight };
    },
    camera(index) {
      const { frame, other, weight } = base(index);
      return cameraToWorldOf(between(poses[frame]!, poses[other ?? frame]!, weight));
    },
    eye: eyesOf(inputs, { ...params, eyeSmoothing: 1 }, path, timeline, seed),
    findings: [],
  };
}

function eyesOf(
  inputs: PerformanceInputs,
  params: RenderParams,
  path: ClipPath,
  timeline: Timeline,
  seed: number,
): EyeAt {
  const scale = eyeScale(inputs.eyeRange);
  switch (params.eyes) {
    case 'clip':
      return eyesFromClip(
        clipEyes(
          inputs.eyeOpenness,
          inputs.eyeRange,
          inputs.transforms.frames.map((frame) => frame.img_id),
        ),
        path,
        params.eyeSmoothing,
      );
    case 'blinks':
      return eyesWithBlinks(scale, seed, params.blinkSeconds, timeline.total);
    case 'fixed':
      return eyesFixed(scale, params.eyesOpen);
    case 'track':
      return eyesFromTrack(scale, parseTrack(eyeTrackSchema, inputs.eyeTrack, 'eye track'));
  }
}
