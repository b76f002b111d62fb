// Which frames are learnt from and which are held out: the last eleventh (paper, section 4.1, and its released code).
export const HELD_OUT_SHARE = 1 / 11;

export interface Split {
  /** Frames 0 … trainFrames−1 are for training, trainFrames … frames−1 held out. */
  trainFrames: number;
  frames: number;
}

export function splitFrames(frames: number): Split {
  return { trainFrames: Math.floor(frames * (1 - HELD_OUT_SHARE)), frames };
}

/**
 * `count` held-out frames at most, consecutive from the start of the held-out part, so that a mouth can be followed in
 * time.
 */
export function heldOutFrames(split: Split, count: number): number[] {
  const available = split.frames - split.trainFrames;
  return Array.from({ length: Math.min(count, available) }, (_, i) => split.trainFrames + i);
}
