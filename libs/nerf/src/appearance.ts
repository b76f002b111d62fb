// Appearance codes of one training frame: lamps and exposure of that moment, for head and torso alike.
import { PortraitError } from '@portrait/contracts';
import type { LoadedHead } from './head-artifact.js';
import type { LoadedTorso } from './torso-artifact.js';

export interface AppearanceCodes {
  /** [4] */
  head: Float32Array;
  /** [8]; absent without a torso. */
  torso?: Float32Array;
}

/**
 * Codes of `frame` of the clip. The torso learns from every n-th frame of a long clip: its nearest row is taken.
 * @throws PortraitError INVALID_ARGUMENT for a frame that was not learnt from
 */
export function appearanceOf(frame: number, head: LoadedHead, torso: LoadedTorso | null): AppearanceCodes {
  const { trainFrames } = head.json;
  if (!Number.isInteger(frame) || frame < 0 || frame >= trainFrames) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `There is no appearance of frame ${frame}; the portrait was learnt from frames 0 to ${trainFrames - 1}.`,
      { hint: 'Name one of these, or take the mean.' },
    );
  }
  const codes = head.head.tensors().find(({ name }) => name === 'appearance')?.data;
  if (!codes || codes.length < 4 * (frame + 1))
    throw new PortraitError('INCOMPATIBLE', 'The head holds no appearance codes of single frames.', {
      hint: 'Take the mean, or train the portrait again.',
    });
  const rows = torso?.torso.tensors()['torso.appearance']?.data;
  if (!rows) return { head: codes.slice(4 * frame, 4 * frame + 4) };
  const count = rows.length / 8;
  const row = Math.min(count - 1, Math.floor(frame / Math.ceil(trainFrames / count)));
  return { head: codes.slice(4 * frame, 4 * frame + 4), torso: rows.slice(8 * row, 8 * row + 8) };
}
