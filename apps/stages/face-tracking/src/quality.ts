// Judges a fitted track: which frames may be trusted, which are replaced by their neighbours, and when the whole track is unfit.
// Pixel limits are those of a 512 px picture.
import { PortraitError, type Finding } from '@portrait/contracts';
import type { RigidFit } from './bundle-adjustment.js';
import { logBetween } from './rotation.js';
import { frameRanges, type Segment } from './segments.js';

export interface TrackLimits {
  /** Median re-projection error of the clip or of a segment above which tracking has failed, px at 512. */
  maxMedianError: number;
  /** Error above which one frame is not believed, px at 512. */
  maxFrameError: number;
  /** Turn of the head between two frames that no head makes, degrees. */
  maxTurn: number;
  /** Longest run of frames that may be interpolated. */
  maxGap: number;
  fps: number;
}

export interface TrackJudgement {
  /** [F] weight for smoothing, 0 where the pose is replaced. */
  trust: Float64Array;
  findings: Finding[];
}

/** Share of replaced frames in a segment above which it is not tracked but guessed. */
const MAX_REPLACED = 0.2;
/** Segments shorter than this are too short for shares and medians to mean anything, frames. */
const SHORT_SEGMENT = 10;

/** Throws TRACKING_FAILED naming the frames. */
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
      `The head pose fits badly in the whole clip: the median re-projection error is ${clipMedian.toFixed(1)} px (at 512), at most ${limits.maxMedianError} px is usable.`,
      worstFrame(fit),
      limits,
      'Check that the clip shows one unobstructed, roughly frontal face; hands, masks and strong profile cannot be tracked.',
    );
  }
  const spikes = removeSpikes(fit, trust, segments, limits);
  for (const segment of segments) judgeSegment(fit, trust, segment, limits);

  const findings: Finding[] = [];
  const tell = (code: string, list: number[], message: string, advice: string): void => {
    if (list.length)
      findings.push({
        level: 'warning',
        code,
        message: `${message}: frames ${frameRanges(list)}. Their poses are interpolated.`,
        advice,
        at: { frame: list[0]!, second: list[0]! / limits.fps },
        value: list.length,
      });
  };
  tell('pose-missing', missing, `No face in ${list(missing)}`, 'Cut these frames out if the face is really gone.');
  tell(
    'pose-unreliable',
    bad,
    `The pose does not fit the landmarks in ${list(bad)}`,
    'Look at these frames: a hand, motion blur or a profile view is the usual cause.',
  );
  tell(
    'pose-spike',
    spikes,
    `The pose jumps away and back in ${list(spikes)}`,
    'Look at these frames: a flash or a second face is the usual cause.',
  );
  return { trust, findings };
}

const list = (frames: number[]): string => `${frames.length} frame${frames.length === 1 ? '' : 's'}`;

/** A jump that is undone within the next two frames is a fault of the detector; one that stays is a cut nobody marked. */
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
        throw failed(
          `The head turns by ${turn(before, t).toFixed(0)} degrees between frames ${before} and ${t}; no head turns more than ${limits.maxTurn} degrees a frame.`,
          t,
          limits,
          'This is a cut that was not recognised, or another person: split the clip there.',
        );
      }
      // At either end of a segment one odd frame cannot be told from a jump; it is dropped.
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
      throw failed(
        `The head pose is unknown from frame ${first} (${(first / limits.fps).toFixed(2)} s) for more than ${limits.maxGap} frames.`,
        first,
        limits,
        'Cut this part out of the video: the face is hidden, turned away or gone.',
      );
    }
  }
  if (end - start < SHORT_SEGMENT) return;
  if (errors.length && median(errors) > limits.maxMedianError) {
    throw failed(
      `The head pose fits badly in ${where}: the median re-projection error is ${median(errors).toFixed(1)} px (at 512), at most ${limits.maxMedianError} px is usable.`,
      start,
      limits,
      'Cut this part out: it may show another person or a hidden face.',
    );
  }
  if (replaced.length > MAX_REPLACED * (end - start)) {
    throw failed(
      `The head pose is unknown in ${replaced.length} of ${end - start} frames of ${where}: ${frameRanges(replaced)}.`,
      replaced[0]!,
      limits,
      'Cut this part out, or use footage with an unobstructed face.',
    );
  }
}

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
