// Whether a video is made of footage, and of which recorded frames. Decided once, before the first frame, from
// parameters and the parts of the portrait.
import {
  PortraitError,
  type ArtifactReaderWriter,
  type Finding,
  type Transforms,
  type RenderInputs,
  type RenderParams,
} from '@portrait/contracts';
import { findLoop, readHeadPoints, type Loop, type Replaced } from '@portrait/nerf';
import { loopingBase, pingPongBase, recordedBase, type BaseAt } from './base-path.js';
import { chooseSegment } from './clip-path.js';
import { segmentsOf, type Segment } from './ping-pong.js';
import type { Timeline } from './timeline.js';

/** How the head is laid into recorded frames. */
export interface FootageMode {
  readonly replace: Replaced;
  /** The eyes stay as recorded. */
  readonly keepEyes: boolean;
}

/** What footage mode needs and portraits of earlier versions do not have. */
export const FOOTAGE_PARTS = ['labels', 'torsoLayer'] as const;

type BaseParams = Pick<RenderParams, 'base' | 'replace' | 'pose' | 'background' | 'eyes'>;

/** Footage mode, or null for a free composition. @throws PortraitError when footage is asked for and cannot be */
export function chooseFootage(
  params: BaseParams,
  inputs: Partial<Record<(typeof FOOTAGE_PARTS)[number], unknown>>,
): { mode: FootageMode | null; findings: Finding[] } {
  const none = { mode: null, findings: [] };
  if (params.base === 'free') return none;
  const obstacles = [
    ...(params.pose === 'clip' || params.pose === 'recorded' ? [] : [`pose "${params.pose}"`]),
    ...(params.background === 'plate' ? [] : [`background "${params.background}"`]),
  ];
  if (obstacles.length > 0) {
    if (params.base === 'auto') return none;
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `base "footage" shows recorded frames; ${obstacles.join(' and ')} do not.`,
      {
        hint: 'Use base "free", or pose "clip" or "recorded" with background "plate".',
      },
    );
  }
  const missing = FOOTAGE_PARTS.filter((part) => inputs[part] === undefined);
  if (missing.length > 0) {
    const message =
      `The portrait has no ${missing.join(' and no ')}: it was trained by a version without ` + 'footage mode.';
    const hint = 'Run portrait train for this person again; finished stages are kept, and nothing is computed anew.';
    if (params.base === 'footage') throw new PortraitError('INCOMPATIBLE', message, { hint });
    return { mode: null, findings: [{ level: 'info', code: 'no-footage', message, advice: hint }] };
  }
  const keepEyes = params.eyes === 'clip';
  if (params.replace === 'face' && !keepEyes)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `replace "face" keeps recorded eyes; eyes "${params.eyes}" are rendered.`,
      {
        hint: 'Use replace "head", or eyes "clip".',
      },
    );
  const replace = params.replace === 'auto' ? (keepEyes ? 'face' : 'head') : params.replace;
  return { mode: { replace, keepEyes }, findings: [] };
}

/**
 * The recorded frame of every frame of the video. Looks for a loop only where the video is longer than what was
 * recorded.
 */
export async function planBase(
  artifacts: ArtifactReaderWriter,
  inputs: RenderInputs,
  transforms: Transforms,
  params: Pick<RenderParams, 'pose' | 'poseSegment' | 'loop'>,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<BaseAt> {
  const segments = segmentsOf(transforms.frames.map((frame) => frame.segment));
  const segment = chooseSegment(segments, params.poseSegment);
  const recorded = params.pose === 'recorded';
  const frames = transforms.frames.length;
  const available = recorded ? frames - timeline.speechFrame : segment.length;
  const forward = params.loop === 'forward' && timeline.total > available;
  const loop = forward ? await loopOf(artifacts, inputs, transforms, segment, signal) : null;
  if (recorded) return recordedBase(frames, timeline.speechFrame, segment, loop);
  return timeline.total <= available || loop ? loopingBase(segment, loop) : pingPongBase(segment);
}

async function loopOf(
  artifacts: ArtifactReaderWriter,
  inputs: RenderInputs,
  transforms: Transforms,
  segment: Segment,
  signal: AbortSignal,
): Promise<Loop | null> {
  const points = await readHeadPoints(artifacts, inputs.landmarks, transforms, transforms.frames.length);
  return findLoop(artifacts, inputs.clip, transforms, points, segment.start, segment.length, signal);
}
