// The eye feature of every output frame, as the head was trained on it: openness over this person's 98th percentile.
// What does not come from the clip is scaled between what this person shows with closed and with open eyes.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';
import { eyeFeature, type EyeRange } from '@portrait/nerf';
import { interpolate, type ClipPath } from './clip-path.js';
import { blinkFrames, blinkOpenness } from './blinks.js';
import { smoothed } from './smoothing.js';
import { valueAt, type EyeTrack } from './track.js';

export type EyeAt = (index: number) => number;

/** Eye features of this person with closed and with open eyes. */
export interface EyeScale {
  readonly closed: number;
  readonly open: number;
}

/** Eye features in the order of the tracked frames. @param openness raw, by frame of the clip */
export function clipEyes(openness: ArrayLike<number>, range: EyeRange, frameIds: readonly number[]): number[] {
  const missing = frameIds.find((id) => openness[id] === undefined);
  if (missing !== undefined)
    throw new PortraitError('INCOMPATIBLE', `The landmarks have no frame ${missing}, which is tracked.`, {
      at: { frame: missing },
      hint: 'Make the portrait again from its video.',
    });
  return frameIds.map((id) => eyeFeature(openness[id]!, range));
}

export function eyeScale(range: EyeRange): EyeScale {
  return { closed: range.closed / range.wide, open: range.open / range.wide };
}

const scaled = (scale: EyeScale, open: number): number => scale.closed + (scale.open - scale.closed) * open;

/** The clip's own eyes along the path the pose takes. */
export function eyesFromClip(eyes: readonly number[], path: ClipPath, window: number): EyeAt {
  const raw: EyeAt = (index) => interpolate(eyes, path.position(index), (a, b, w) => a * (1 - w) + b * w);
  return (index) => {
    const { start, end } = path.reach(index);
    return smoothed(raw, index, window, start, end);
  };
}

/** Open eyes with natural blinks. */
export function eyesWithBlinks(scale: EyeScale, seed: number, medianSeconds: number, total: number): EyeAt {
  const shut = blinkFrames(seed, medianSeconds, total);
  return (index) => scaled(scale, blinkOpenness(shut, index));
}

export function eyesFixed(scale: EyeScale, open: number): EyeAt {
  return () => scaled(scale, open);
}

export function eyesFromTrack(scale: EyeScale, track: EyeTrack): EyeAt {
  return (index) => scaled(scale, valueAt(track, 'open', index / CLIP_FPS));
}
