// The eye feature of every output frame: eye area in percent of the image area, the unit training used.
// It depends on the framing and on the person, so everything but the clip's own values is scaled between what this person
// shows with closed and with open eyes.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';
import { interpolate, type ClipPath } from './clip-path.js';
import { blinkFrames, blinkOpenness } from './blinks.js';
import { smoothed } from './smoothing.js';
import { valueAt, type EyeTrack } from './track.js';

export type EyeAt = (index: number) => number;

/** Eye ratios of this person, percent of the image area. */
export interface EyeScale {
  readonly closed: number;
  readonly open: number;
}

/** Share of the frames below which the eyes count as closed, and the usual open value (ours: about 5 % of time is blinking). */
const CLOSED_QUANTILE = 0.01;
const OPEN_QUANTILE = 0.6;

/** Eye ratios in the order of the tracked frames; a frame without a face takes the nearest one with a face. */
export function clipEyes(eyeRatio: ArrayLike<number>, found: ArrayLike<number>, frameIds: readonly number[]): number[] {
  const usable = (id: number): boolean => id >= 0 && id < eyeRatio.length && found[id] !== 0 && Number.isFinite(eyeRatio[id]);
  if (!Array.from({ length: eyeRatio.length }, (_, id) => id).some(usable)) {
    throw new PortraitError('INCOMPATIBLE', 'The landmarks hold no eye ratio for any frame.', { hint: 'Make the portrait again from its video.' });
  }
  return frameIds.map((id) => {
    for (let step = 0; ; step++) {
      if (usable(id - step)) return eyeRatio[id - step]!;
      if (usable(id + step)) return eyeRatio[id + step]!;
    }
  });
}

export function eyeScale(eyes: readonly number[]): EyeScale {
  const sorted = [...eyes].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.round(q * (sorted.length - 1))]!;
  return { closed: quantile(CLOSED_QUANTILE), open: quantile(OPEN_QUANTILE) };
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
