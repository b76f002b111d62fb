// Where a recorded segment may jump back so that nobody sees it: two moments with the same head pose, shoulders, hair
// and light. Chosen from small pictures of the frames without the face that is replaced, once and the same for every
// part of a video.

/**
 * Frames of a segment, [start, end): after frame end − 1 comes frame `start`, with the last `fade` frames cross-faded.
 */
export interface Loop {
  readonly start: number;
  readonly end: number;
  readonly fade: number;
}

/**
 * What a position of the output shows: one frame, or on its way to a jump a mixture with the frame that leads to its
 * target.
 */
export interface LoopFrame {
  readonly frame: number;
  readonly other?: number;
  /** Share of `other`. */
  readonly weight: number;
}

/** Frames over which a jump is faded. 0.4 s: shorter shows as a knock, longer as a ghost. */
export const LOOP_FADE = 10;
/** A loop shorter than this shows its period, frames. */
export const MIN_LOOP = 50;
/** Frames at each end of a segment among which start and end are sought. */
export const LOOP_SEARCH = 250;
/** A longer loop is worth this much more difference at its jump. */
const TOLERANCE = 1.1;

/** Frames that `chooseLoop` compares, by position in the segment; null where it is too short to loop. */
export function loopCandidates(length: number): { heads: number[]; tails: number[] } | null {
  if (length < MIN_LOOP + LOOP_FADE + 1) return null;
  const reach = Math.min(LOOP_SEARCH, Math.floor((length - MIN_LOOP) / 2));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
  return { heads: range(0, reach), tails: range(length - reach, length) };
}

/**
 * @param pictures small pictures of the frames in `loopCandidates`, by position in the segment, all of the same size
 * @param weights share of each of their pixels, 0 where the face is replaced
 */
export function chooseLoop(length: number, pictures: ReadonlyMap<number, Uint8Array>, weights: Float32Array): Loop {
  const { heads, tails } = loopCandidates(length)!;
  const firstTail = tails[0]!;
  const differences = new Float64Array(heads.length * tails.length);
  for (const head of heads)
    for (const tail of tails)
      differences[head * tails.length + tail - firstTail] = difference(
        pictures.get(head)!,
        pictures.get(tail)!,
        weights,
      );
  // Alike before, during and at the jump: alike in position and in speed.
  const cost = (start: number, end: number): number =>
    [0, LOOP_FADE >> 1, LOOP_FADE].reduce(
      (sum, back) => sum + differences[(start - back) * tails.length + end - back - firstTail]!,
      0,
    );
  const pairs: { start: number; end: number; cost: number }[] = [];
  for (let start = LOOP_FADE; start < heads.length; start++)
    for (let end = firstTail + LOOP_FADE; end < length; end++)
      if (end - start >= MIN_LOOP) pairs.push({ start, end, cost: cost(start, end) });
  const limit = TOLERANCE * pairs.reduce((least, pair) => Math.min(least, pair.cost), Infinity);
  const chosen = pairs
    .filter((pair) => pair.cost <= limit)
    .reduce((best, pair) => (pair.end - pair.start > best.end - best.start ? pair : best));
  return { start: chosen.start, end: chosen.end, fade: LOOP_FADE };
}

/** What is shown `index` frames after frame 0 of the segment. */
export function loopFrame(loop: Loop, index: number): LoopFrame {
  const period = loop.end - loop.start;
  const frame = index < loop.end ? index : loop.start + ((index - loop.start) % period);
  const step = frame - (loop.end - loop.fade);
  if (step < 0) return { frame, weight: 0 };
  return { frame, other: frame - period, weight: (step + 1) / (loop.fade + 1) };
}

/** Weighted mean square difference. */
function difference(a: Uint8Array, b: Uint8Array, weights: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const d = a[k]! - b[k]!;
    sum += weights[k]! * d * d;
  }
  return sum;
}
