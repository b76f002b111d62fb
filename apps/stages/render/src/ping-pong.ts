// Reads a short recorded sequence for as long as a render needs: forwards, backwards, forwards …
// A plain mirror index reverses the speed of the head within one frame, which shows as a knock. The position read here
// is the mirror path averaged over ±`ease` frames around each turn, in closed form: the head slows down, stops,
// returns.

/** Frames on each side of a turn over which the motion slows down, when the sequence is long enough. */
export const TURN_EASE = 8;

/**
 * Position to read for output frame `index`, in 0 … length − 1, fractional near turns.
 * Until the first turn begins it is the index itself, so that a render shorter than the sequence follows it exactly.
 * A pure function of its arguments: any part of a render reads what the whole would.
 */
export function pingPongPosition(index: number, length: number, ease = TURN_EASE): number {
  const last = length - 1;
  if (last <= 0) return 0;
  const window = Math.min(ease, last / 2);
  const turn = Math.round(index / last);
  const distance = index - turn * last;
  const backwards = turn % 2 === 1;
  if (turn === 0 || Math.abs(distance) >= window) {
    const travelled = Math.abs(distance);
    return backwards ? last - travelled : travelled;
  }
  const travelled = window > 0 ? (distance * distance + window * window) / (2 * window) : 0;
  return backwards ? last - travelled : travelled;
}

export interface Segment {
  /** First position and number of frames. */
  readonly start: number;
  readonly length: number;
}

/** Runs of equal segment number, in order. Poses and eyes are never read across their borders. */
export function segmentsOf(segmentNumbers: readonly number[]): Segment[] {
  const segments: { start: number; length: number }[] = [];
  segmentNumbers.forEach((number, position) => {
    if (position > 0 && segmentNumbers[position - 1] === number) segments.at(-1)!.length++;
    else segments.push({ start: position, length: 1 });
  });
  return segments;
}

/** Index of the longest segment; the earlier one of two equals. */
export function longestSegment(segments: readonly Segment[]): number {
  return segments.reduce((best, segment, k) => (segment.length > segments[best]!.length ? k : best), 0);
}
