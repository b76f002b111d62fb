// Judges what needs no face: length, black and frozen pictures, a recording that ends before its time.
import { CLIP_FPS, type Finding } from '@portrait/contracts';
import type { Source } from './check-streams.js';
import { atFrame } from './findings.js';
import type { PictureScan } from './picture-scan.js';
import type { IngestParams } from '@portrait/contracts';
import { longestRun } from './statistics.js';

/** Codecs put black at 16; a lit picture has neither this little light nor this little contrast. */
const BLACK = { luma: 24, contrast: 4 };
/** Shortest stretch of black that is no flash, frames. */
const BLACK_FRAMES = 3;
/** A change below this is a repeated frame: coding noise of a still picture. */
const SAME_FRAME = 0.02;

/** `frames`: what is left of the picture when the sound ends earlier. */
export function gradePicture(
  source: Source,
  scan: PictureScan,
  frames: number,
  thresholds: IngestParams['thresholds'],
): Finding[] {
  const findings: Finding[] = [];
  const shown = scan.frames / CLIP_FPS;
  const seconds = frames / CLIP_FPS;
  const { promisedSeconds, video } = source;
  if (promisedSeconds - shown > Math.max(0.5, 0.03 * promisedSeconds)) {
    findings.push({
      level: 'error',
      code: 'truncated',
      message:
        `The picture stops after ${shown.toFixed(2)} s of the ${promisedSeconds.toFixed(2)} s the ` + 'file announces.',
      advice: 'Copy or download the recording again, or cut the whole part out of it with an editor.',
      at: atFrame(scan.frames - 1),
      value: shown,
    });
  }
  if (seconds < thresholds.minSeconds) {
    findings.push({
      level: 'error',
      code: 'short-clip',
      message: `The clip is ${seconds.toFixed(2)} s long; at least ${thresholds.minSeconds} s are needed.`,
      advice: 'One to five minutes of one person talking make a good portrait.',
      value: seconds,
    });
  } else if (seconds < thresholds.goodSeconds) {
    findings.push({
      level: 'warning',
      code: 'short-clip',
      message: `The clip is ${seconds.toFixed(1)} s long; lips become surer up to some minutes of speech.`,
      advice: `Record ${thresholds.goodSeconds} s or more if you can.`,
      value: seconds,
    });
  }
  const black = longestRun(scan.luma.map((v, i) => v < BLACK.luma && scan.contrast[i]! < BLACK.contrast));
  if (black.length >= BLACK_FRAMES) {
    findings.push({
      level: 'error',
      code: 'black-frames',
      message:
        `The picture is black for ${(black.length / CLIP_FPS).toFixed(2)} s from ` +
        `${(black.first / CLIP_FPS).toFixed(2)} s on.`,
      advice: 'Leave that part out: set startSeconds and durationSeconds, or cut the recording.',
      at: atFrame(black.first),
      value: black.length,
    });
  }
  const same = scan.differences.map((d, i) => i > 0 && d < SAME_FRAME);
  const still = longestRun(same);
  const sameShare = same.filter(Boolean).length / Math.max(1, scan.frames - 1);
  if (still.length >= CLIP_FPS && black.length < BLACK_FRAMES) {
    const whole = still.length > 0.9 * scan.frames;
    findings.push({
      level: whole ? 'error' : 'warning',
      code: 'still-picture',
      message: whole
        ? 'The picture never moves: it is a still.'
        : `The picture stands still for ${(still.length / CLIP_FPS).toFixed(2)} s from ` +
          `${(still.first / CLIP_FPS).toFixed(2)} s on.`,
      advice: 'Give a recording in which the lips move with the speech.',
      at: atFrame(still.first),
      value: still.length,
    });
  } else if (sameShare > 0.2) {
    findings.push({
      level: 'warning',
      code: 'repeated-frames',
      message:
        `${Math.round(100 * sameShare)} % of the frames repeat the one ` +
        `before${video.fps < CLIP_FPS ? ` (the recording has ${video.fps.toFixed(1)} frames a second)` : ''}.`,
      advice: 'Record at 25 frames a second or more; lips are learnt from every frame.',
      value: sameShare,
    });
  }
  return findings;
}
