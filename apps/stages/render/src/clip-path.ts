// Which recorded frame each output frame takes its pose and eyes from, and how far smoothing may look.
import { PortraitError } from '@portrait/contracts';
import { longestSegment, pingPongPosition, segmentsOf, type Segment } from './ping-pong.js';

export interface ClipPath {
  /** Position among the tracked frames of the clip for output frame `index`; fractional where ping-pong turns. */
  position(index: number): number;
  /** Output frames [start, end) that lie between the same two cuts as `index`. */
  reach(index: number): { start: number; end: number };
}

/** The segment named, or the longest. */
export function chooseSegment(segments: readonly Segment[], segment: 'longest' | number): Segment {
  const chosen = segments[segment === 'longest' ? longestSegment(segments) : segment];
  if (!chosen) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `poseSegment is ${segment}, but the clip has ${segments.length} segments between cuts, numbered from 0.`,
      {
        hint: 'Use "longest", or a number below the count of segments.',
      },
    );
  }
  return chosen;
}

/** Ping-pong within one segment between two cuts; the longest unless one is named. */
export function pingPongPath(segmentNumbers: readonly number[], segment: 'longest' | number, total: number): ClipPath {
  const chosen = chooseSegment(segmentsOf(segmentNumbers), segment);
  return {
    position: (index) => chosen.start + pingPongPosition(index, chosen.length),
    reach: () => ({ start: 0, end: total }),
  };
}

/** Frame for frame as recorded, cuts included: for a render over the clip's own sound. */
export function recordedPath(segmentNumbers: readonly number[], firstFrame: number, total: number): ClipPath {
  if (firstFrame + total > segmentNumbers.length) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `pose is "recorded", but the render runs to frame ${firstFrame + total} and the clip has ` +
        `${segmentNumbers.length} frames.`,
      {
        hint: 'Use pose "clip", which goes back and forth for any length, or shorten the render with durationSeconds.',
      },
    );
  }
  const segments = segmentsOf(segmentNumbers);
  return {
    position: (index) => firstFrame + index,
    reach: (index) => {
      const { start, length } = segments.find((s) => firstFrame + index < s.start + s.length)!;
      return { start: Math.max(0, start - firstFrame), end: Math.min(total, start + length - firstFrame) };
    },
  };
}

/** Value between the two neighbouring frames of a fractional position. */
export function interpolate<T>(values: readonly T[], position: number, mix: (a: T, b: T, w: number) => T): T {
  const before = Math.min(Math.floor(position), values.length - 1);
  const w = position - before;
  return w === 0 ? values[before]! : mix(values[before]!, values[Math.min(before + 1, values.length - 1)]!, w);
}
