// The mouth in pauses of a speech: what the head hears then, and how much of it in each frame.
import type { ArtifactRef, ClipJson, StageContext, RenderInputs, RenderParams } from '@portrait/contracts';
import { readLandmarks } from '@portrait/face';
import { restFrame, splitFrames } from '@portrait/nerf';
import { findPauses, readLevels, restShare } from './pauses.js';

export interface RestingMouth {
  /** Sound of the clip in a frame whose mouth is at rest. */
  readonly audioFeatures: ArtifactRef<'audio-features'>;
  readonly frame: number;
  /** Share of it in a frame of the speech, 0…1. */
  share(speechFrame: number): number;
}

/**
 * null where the mouth is to do what is heard, where the speech has no pause, and for portraits without the clip's
 * sound.
 */
export async function planRest(
  ctx: StageContext,
  inputs: RenderInputs,
  params: Pick<RenderParams, 'pauses' | 'pauseSeconds' | 'pauseBelow'>,
  clip: ClipJson,
): Promise<RestingMouth | null> {
  const { clipFeatures, speech } = inputs;
  if (params.pauses === 'as-heard' || !clipFeatures) return null;
  const { artifacts, signal } = ctx;
  const path = await artifacts.path(speech, speech.kind === 'clip' ? 'audio.wav' : 'source');
  const levels = await readLevels(path, signal);
  const pauses = findPauses(levels, params.pauseSeconds, params.pauseBelow);
  if (pauses.length === 0) return null;
  const { mouthOpening, found } = await readLandmarks(artifacts, inputs.landmarks, clip.frames, [
    'mouthOpening',
    'found',
  ]);
  const clipLevels = await readLevels(await artifacts.path(inputs.clip, 'audio.wav'), signal);
  const frame = restFrame(mouthOpening, found, clipLevels, splitFrames(clip.frames).trainFrames);
  return { audioFeatures: clipFeatures, frame, share: (speechFrame) => restShare(pauses, levels.length, speechFrame) };
}
