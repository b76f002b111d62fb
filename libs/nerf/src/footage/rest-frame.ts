// The resting mouth of a person: a frame of the clip in which the lips are as closed as this person closes them, for a
// while and in silence. What the head hears in it is what it is given in the pauses of a speech.

/** Frames on both sides over which the mouth is still, 0.2 s together. */
const STILL = 2;
/** Share of the frames that count as quiet. */
const QUIET_SHARE = 0.1;

/**
 * @param opening mouth opening by frame of the clip
 * @param found 1 where a face was seen
 * @param levels loudness of the clip's sound by frame, dB
 * @param trainFrames frames the head was trained on; the head knows no others
 */
export function restFrame(
  opening: ArrayLike<number>,
  found: ArrayLike<number>,
  levels: ArrayLike<number>,
  trainFrames: number,
): number {
  const count = Math.min(trainFrames, opening.length, levels.length);
  const sorted = Array.from({ length: count }, (_, k) => levels[k]!).sort((a, b) => a - b);
  const quiet = sorted[Math.floor(QUIET_SHARE * (count - 1))] ?? Infinity;
  let best = { frame: 0, opening: Infinity };
  for (let frame = STILL; frame < count - STILL; frame++) {
    let widest = 0;
    for (let k = frame - STILL; k <= frame + STILL; k++)
      widest = Math.max(widest, found[k] && levels[k]! <= quiet ? opening[k]! : Infinity);
    if (widest < best.opening) best = { frame, opening: widest };
  }
  return best.opening < Infinity ? best.frame : leastOpen(opening, found, count);
}

/** A clip without a quiet moment: the frame with the least opening. */
function leastOpen(opening: ArrayLike<number>, found: ArrayLike<number>, count: number): number {
  let best = 0;
  for (let frame = 0; frame < count; frame++)
    if (found[frame] && (!found[best] || opening[frame]! < opening[best]!)) best = frame;
  return best;
}
