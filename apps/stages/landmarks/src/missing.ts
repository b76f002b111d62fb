// Frames without a face keep their number. They are reported as gaps, and their rows are interpolated from neighbours
// of the same segment; only a segment without any face takes them from across a cut.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';

const MAX_LISTED_GAPS = 10;

/** First and last frame of a stretch without a face, 0-based, inclusive. */
export interface Gap {
  first: number;
  last: number;
}

export function gapsOf(found: Uint8Array): Gap[] {
  const gaps: Gap[] = [];
  found.forEach((yes, frame) => {
    if (yes) return;
    const open = gaps.at(-1);
    if (open && open.last === frame - 1) open.last = frame;
    else gaps.push({ first: frame, last: frame });
  });
  return gaps;
}

const seconds = (frame: number): string => (frame / CLIP_FPS).toFixed(2);
export const describeGap = ({ first, last }: Gap): string =>
  first === last
    ? `frame ${first} (${seconds(first)} s)`
    : `frames ${first}–${last} (${seconds(first)}–${seconds(last)} s)`;

export interface GapLimits {
  maximumGapSeconds: number;
  maximumMissingPercent: number;
}

/** @throws PortraitError FACE_NOT_FOUND with the frames */
export function checkGaps(found: Uint8Array, { maximumGapSeconds, maximumMissingPercent }: GapLimits): void {
  const gaps = gapsOf(found);
  const missing = gaps.reduce((sum, g) => sum + g.last - g.first + 1, 0);
  if (missing === 0) return;
  const hint = 'Cut these frames out, or record again with the face in view and well lit.';
  const refuse = (why: string, gap: Gap): never => {
    throw new PortraitError('FACE_NOT_FOUND', why, { at: { frame: gap.first, second: gap.first / CLIP_FPS }, hint });
  };
  const more = gaps.length > MAX_LISTED_GAPS ? ` and ${gaps.length - MAX_LISTED_GAPS} more gaps` : '';
  const listed = gaps.slice(0, MAX_LISTED_GAPS).map(describeGap).join(', ') + more;
  if (missing === found.length) refuse(`No face in any of the ${found.length} frames.`, gaps[0]!);
  const tooLong = gaps.filter((g) => (g.last - g.first + 1) / CLIP_FPS > maximumGapSeconds);
  if (tooLong.length > 0)
    refuse(
      `No face for more than ${maximumGapSeconds} s: ${tooLong.slice(0, MAX_LISTED_GAPS).map(describeGap).join(', ')}.`,
      tooLong[0]!,
    );
  const percent = (100 * missing) / found.length;
  if (percent > maximumMissingPercent)
    refuse(
      `No face in ${percent.toFixed(1)} % of the frames, more than the ${maximumMissingPercent} % allowed: ${listed}.`,
      gaps[0]!,
    );
}

/** The two frames a row is interpolated from, and the weight of the second. A frame with a face uses itself. */
interface Blend {
  before: number;
  after: number;
  weight: number;
}

/** @param cuts first frame of each segment after the first. At least one frame must be found. */
export function blendsOf(found: Uint8Array, cuts: readonly number[]): Blend[] {
  const segments = new Int32Array(found.length);
  for (let frame = 1; frame < found.length; frame++)
    segments[frame] = segments[frame - 1]! + (cuts.includes(frame) ? 1 : 0);
  const nearest = (frame: number, step: 1 | -1): number => {
    let at = frame;
    while (at >= 0 && at < found.length && !found[at]) at += step;
    return at >= 0 && at < found.length ? at : -1;
  };
  return Array.from(found, (yes, frame) => {
    if (yes) return { before: frame, after: frame, weight: 0 };
    const [before, after] = [nearest(frame, -1), nearest(frame, 1)];
    const own = [before, after].filter((f) => f >= 0 && segments[f] === segments[frame]);
    if (own.length === 2) return { before, after, weight: (frame - before) / (after - before) };
    const only = own[0] ?? (after < 0 || (before >= 0 && frame - before <= after - frame) ? before : after);
    return { before: only, after: only, weight: 0 };
  });
}

/** Fills the rows of frames without a face in place. `rows` is [F,width]. */
export function fillRows(rows: Float32Array, width: number, blends: readonly Blend[]): void {
  blends.forEach(({ before, after, weight }, frame) => {
    if (before === frame) return;
    for (let i = 0; i < width; i++)
      rows[frame * width + i] = (1 - weight) * rows[before * width + i]! + weight * rows[after * width + i]!;
  });
}
