// From seconds of speech to frames of video and samples of sound.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';
import type { RenderParams } from '@portrait/contracts';

export interface Timeline {
  /** Frames of the whole video: as many as cover the sound to its last sample. */
  readonly total: number;
  /** Frames [first, end) of it that are rendered. */
  readonly first: number;
  readonly end: number;
  /** Frame of the speech at which the video begins; frame 0 of the video hears frame `speechFrame` of the speech. */
  readonly speechFrame: number;
  /** Where in the speech the sound of frame `first` begins, seconds. */
  readonly audioStart: number;
}

/** Two samples at 16 kHz, seconds: a change of sample rate may add as much, and that must not cost a frame. */
const SLACK = 2.01 / 16000;

/** @param speechSeconds exact length of the speech. Throws INVALID_ARGUMENT when nothing is left to render. */
export function planTimeline(
  speechSeconds: number,
  params: Pick<RenderParams, 'startSeconds' | 'durationSeconds' | 'frameRange'>,
): Timeline {
  const covering = (seconds: number): number => Math.ceil((seconds - SLACK) * CLIP_FPS);
  const speechFrames = covering(speechSeconds);
  const speechFrame = Math.floor((params.startSeconds + SLACK) * CLIP_FPS);
  if (speechFrame >= speechFrames) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `startSeconds is ${params.startSeconds}, but the speech is ${speechSeconds.toFixed(2)} s long.`,
      { hint: 'Begin before the end of the speech.' },
    );
  }
  const total = Math.min(
    speechFrames - speechFrame,
    params.durationSeconds === null ? Infinity : covering(params.durationSeconds),
  );
  const [first, end] = params.frameRange ?? [0, total];
  if (end > total) {
    throw new PortraitError('INVALID_ARGUMENT', `frameRange ends at ${end}, but the video has ${total} frames.`, {
      hint: `Ranges lie within [0, ${total}).`,
    });
  }
  return { total, first, end, speechFrame, audioStart: (speechFrame + first) / CLIP_FPS };
}

/**
 * Pieces of at most `size` frames. Borders are multiples of `size`, so that parts of a video are cut where the whole
 * is.
 */
export function pieces(first: number, end: number, size: number): { first: number; end: number }[] {
  const out = [];
  for (let at = first; at < end;) {
    const next = Math.min(end, (Math.floor(at / size) + 1) * size);
    out.push({ first: at, end: next });
    at = next;
  }
  return out;
}
