// Judges a fitted track: which frames are used, which are replaced by interpolation, and when the track is refused.
// Pixel limits are those of a 512 px picture.
import { PortraitError, type Finding } from '@portrait/contracts';
import type { RigidFit } from './bundle-adjustment.js';
import { logBetween } from './rotation.js';
import { frameRanges, type Segment } from './segments.js';

export interface TrackLimits {
  /** Maximum median re-projection error of the clip or a segment, px at 512. */
  maxMedianError: number;
  /** Frames with a larger error are replaced, px at 512. */
  maxFrameError: number;
  /** Maximum turn of the head between two frames, degrees. */
  maxTurn: number;
  /** Maximum run of interpolated frames. */
  maxGap: number;
  fps: number;
}

interface TrackJudgement {
  /** [F] weight for smoothing, 0 where the pose is replaced. */
  trust: Float64Array;
  findings: Finding[];
}

/** Maximum share of replaced frames in a segment. */
const MAX_REPLACED_SHARE = 0.2;
/** Shares and medians of shorter segments mean nothing. */
const MIN_SEGMENT_FRAMES = 10;

/** @throws PortraitError TRACKING_FAILED with the frames */
export function judgeTrack(
  fit: RigidFit,
  found: Uint8Array,
  segments: readonly Segment[],
  limits: TrackLimits,
): TrackJudgement {
  const frames = found.length;
  const known = [...fit.frameRmse].filter((e) => !Number.isNaN(e));
  if (known.length === 0)
    throw failed('No face was found in any frame.', 0, limits, 'Use a clip that shows one face throughout.');
  const clipMedian = median(known);
  const trust = new Float64Array(frames);
  const missing: number[] = [],
    bad: number[] = [];
  for (let t = 0; t < frames; t++) {
    const error = fit.frameRmse[t]!;
    if (!found[t]) missing.push(t);
    else if (!(error <= limits.maxFrameError)) bad.push(t);
    else trust[t] = Math.min(1, (clipMedian / error) ** 2);
  }
  if (clipMedian > limits.maxMedianError) {
    throw failed(
      `The head pose fits badly in the whole clip: ${medianError(clipMedian, limits)}.`,
      worstFrame(fit),
      limits,
      'Use a clip of one unobstructed, roughly frontal face; hands, masks and profile views cannot be tracked.',
    );
  }
  const spikes = removeSpikes(fit, trust, segments, limits);
  for (const segment of segments) judgeSegment(fit, trust, segment, limits);

  const findings: Finding[] = [];
  const warn = (code: string, list: number[], message: string, advice: string): void => {
    if (list.length > 0)
      findings.push({
        level: 'warning',
        code,
        message: `${message}: frames ${frameRanges(list)}. Their poses are interpolated.`,
        advice,
        at: { frame: list[0]!, second: list[0]! / limits.fps },
        value: list.length,
      });
  };
  warn('pose-missing', missing, `No face in ${list(missing)}`, 'Cut these frames out if the face leaves the picture.');
  warn(
    'pose-unreliable',
    bad,
    `The pose does not fit the landmarks in ${list(bad)}`,
    'Look at these frames: a hand, motion blur or a profile view is the usual cause.',
  );
  warn(
    'pose-spike',
    spikes,
    `The pose jumps away and back in ${list(spikes)}`,
    'Look at these frames: a flash or a second face is the usual cause.',
  );
  return { trust, findings };
}

const list = (frames: number[]): string => `${frames.length} frame${frames.length === 1 ? '' : 's'}`;

/**
 * Drops jumps that are undone within two frames: those are errors of the detector.
 * @throws PortraitError TRACKING_FAILED for a jump that stays, which is an unmarked cut
 */
function removeSpikes(fit: RigidFit, trust: Float64Array, segments: readonly Segment[], limits: TrackLimits): number[] {
  const step = new Float64Array(3);
  const turn = (a: number, b: number): number => {
    logBetween(fit.rotations, b * 9, fit.rotations, a * 9, step);
    return Math.hypot(step[0]!, step[1]!, step[2]!) * (180 / Math.PI);
  };
  const spikes: number[] = [];
  for (const { start, end } of segments) {
    const known: number[] = [];
    for (let t = start; t < end; t++) if (trust[t]! > 0) known.push(t);
    for (let k = 1; k < known.length; k++) {
      const before = known[k - 1]!,
        t = known[k]!;
      // A gap gives the head time to turn.
      const allowed = (from: number, to: number): number => limits.maxTurn * (to - from);
      if (turn(before, t) <= allowed(before, t)) continue;
      const back = [1, 2].find(
        (d) =>
          known[k + d] !== undefined && turn(before, known[k + d]!) <= Math.min(limits.maxTurn, turn(before, t) / 2),
      );
      if (back === undefined && k < known.length - 1 && k > 1) {
        const degrees = turn(before, t).toFixed(0);
        throw failed(
          `The head turns by ${degrees} degrees between frames ${before} and ${t}; the limit is ${limits.maxTurn}.`,
          t,
          limits,
          'Split the clip there: it is an unmarked cut or another person.',
        );
      }
      // At either end of a segment one odd frame looks like a jump; drop it.
      const dropped = back !== undefined ? known.slice(k, k + back) : k === 1 && known.length > 2 ? [before] : [t];
      for (const s of dropped) {
        trust[s] = 0;
        spikes.push(s);
      }
      for (const s of dropped) known.splice(known.indexOf(s), 1);
      k--;
    }
  }
  return spikes;
}

function judgeSegment(fit: RigidFit, trust: Float64Array, { start, end }: Segment, limits: TrackLimits): void {
  const where = `frames ${start}-${end - 1} (${(start / limits.fps).toFixed(2)}-${(end / limits.fps).toFixed(2)} s)`;
  const errors: number[] = [],
    replaced: number[] = [];
  let run = 0;
  for (let t = start; t < end; t++) {
    if (!Number.isNaN(fit.frameRmse[t]!)) errors.push(fit.frameRmse[t]!);
    run = trust[t]! > 0 ? 0 : run + 1;
    if (run === 0) continue;
    replaced.push(t);
    if (run > limits.maxGap) {
      const first = t - run + 1;
      const second = (first / limits.fps).toFixed(2);
      throw failed(
        `The head pose is unknown from frame ${first} (${second} s) for more than ${limits.maxGap} frames.`,
        first,
        limits,
        'Cut this part out of the video: the face is hidden, turned away or gone.',
      );
    }
  }
  if (end - start < MIN_SEGMENT_FRAMES) return;
  if (errors.length > 0 && median(errors) > limits.maxMedianError) {
    throw failed(
      `The head pose fits badly in ${where}: ${medianError(median(errors), limits)}.`,
      start,
      limits,
      'Cut this part out: it may show another person or a hidden face.',
    );
  }
  if (replaced.length > MAX_REPLACED_SHARE * (end - start)) {
    throw failed(
      `The head pose is unknown in ${replaced.length} of ${end - start} frames of ${where}: ${frameRanges(replaced)}.`,
      replaced[0]!,
      limits,
      'Cut this part out, or use footage with an unobstructed face.',
    );
  }
}

const medianError = (px: number, { maxMedianError }: TrackLimits): string =>
  `the median re-projection error is ${px.toFixed(1)} px (at 512), the limit is ${maxMedianError} px`;

function failed(message: string, frame: number, limits: TrackLimits, hint: string): PortraitError {
  return new PortraitError('TRACKING_FAILED', message, {
    at: { stage: 'face-tracking', frame, second: frame / limits.fps },
    hint,
  });
}

function worstFrame(fit: RigidFit): number {
  let worst = 0;
  fit.frameRmse.forEach((e, t) => {
    if (e > (fit.frameRmse[worst]! || 0)) worst = t;
  });
  return worst;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
