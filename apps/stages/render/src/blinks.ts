// When a person blinks who has nothing else to do with the eyes, and how the lids move.
import { CLIP_FPS } from '@portrait/contracts';
import { normal } from './random.js';

/**
 * Lids closing over 3 frames, shut for one, opening over 5: 360 ms, within the 100–400 ms that literature gives.
 * Openness 0–1.
 */
const BLINK_SHAPE = [0.75, 0.3, 0.05, 0, 0.12, 0.38, 0.66, 0.87, 0.97] as const;
const SHUT = 3;
/** Spread of the logarithm of the interval: two thirds of all intervals within a factor of 1.5 of the median. */
const INTERVAL_SPREAD = 0.4;
const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 10;

/**
 * Frames at which the lids are shut, up to and including `total`. Intervals are log-normal with the given median.
 * Drawn in order from the seed, so the n-th blink is the same for every part of a render.
 */
export function blinkFrames(seed: number, medianSeconds: number, total: number): number[] {
  const next = normal(seed);
  const interval = (): number =>
    Math.round(
      CLIP_FPS *
        Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, medianSeconds * Math.exp(INTERVAL_SPREAD * next()))),
    );
  const frames: number[] = [];
  // The first blink comes after half an interval: a video does not begin at the end of a blink.
  for (let frame = Math.max(SHUT + 1, Math.round(interval() / 2)); frame <= total; frame += interval())
    frames.push(frame);
  return frames;
}

/** Openness 0–1 at a frame, given the frames at which the lids are shut. */
export function blinkOpenness(shut: readonly number[], index: number): number {
  let open = 1;
  for (const frame of shut) {
    const value = BLINK_SHAPE[index - frame + SHUT];
    if (value !== undefined) open = Math.min(open, value);
    if (frame - SHUT > index) break;
  }
  return open;
}
