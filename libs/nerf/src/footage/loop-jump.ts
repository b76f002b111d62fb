// How visible the jump of a loop is: the largest change from frame to frame while it fades, over the usual change of
// the frames around. Of the recorded part of the picture, since the face is rendered anew in every frame.
import { LABEL } from '@portrait/face';
import type { FootageFrame } from './compose.js';
import { fade } from './footage-renderer.js';
import { loopFrame, type Loop } from './loop.js';

/** Frames on both sides of the fade that say what is usual. */
const AROUND = 15;

/**
 * @param read frame of the clip
 * @param start first frame of the segment the loop is in
 */
export async function loopJump(
  read: (frame: number) => Promise<FootageFrame>,
  start: number,
  loop: Loop,
): Promise<number | null> {
  const first = Math.max(0, loop.end - loop.fade - AROUND);
  const changes: { index: number; change: number }[] = [];
  let before: FootageFrame | null = null;
  for (let index = first; index < loop.end + AROUND; index++) {
    const { frame, other, weight } = loopFrame(loop, index);
    const one = await read(start + frame);
    const shown: FootageFrame = other === undefined ? one : fade(one, await read(start + other), weight);
    if (before) changes.push({ index, change: changeOutsideHead(before, shown) });
    before = shown;
  }
  const fading = (index: number): boolean => index >= loop.end - loop.fade && index <= loop.end;
  const usual = changes.filter(({ index }) => !fading(index)).map(({ change }) => change);
  const mean = usual.reduce((a, b) => a + b, 0) / usual.length;
  const largest = Math.max(...changes.filter(({ index }) => fading(index)).map(({ change }) => change));
  return mean > 0 ? largest / mean : null;
}

/** Root mean square over what is no head in either frame, and the outline of the head in both. */
function changeOutsideHead(a: FootageFrame, b: FootageFrame): number {
  let [sum, count] = [0, 0];
  for (let p = 0; p < a.labels.length; p++) {
    if (a.labels[p] === LABEL.head && b.labels[p] === LABEL.head) continue;
    for (let k = p * 3; k < p * 3 + 3; k++) sum += (a.rgb[k]! - b.rgb[k]!) ** 2;
    count += 3;
  }
  return count > 0 ? Math.sqrt(sum / count) : 0;
}
