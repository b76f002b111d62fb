// The picture a head is composited over, in training and when it is judged: what was truly behind it. Not the
// background of a render, which its user chooses, nor that of footage (footage/compose.ts).
import { LABEL } from '@portrait/face';

/** Columns left ≤ x < left + width, rows top ≤ y < top + height of a picture. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What is seen behind the head of one frame, as [size, size, 3]: within reach of the head mask the in-painted torso
 * over the plate, beyond it the frame itself. Ours: the paper's single plate is wrong wherever the camera or the light
 * moves, and everything that is not head is seen in the frame anyway (the released code writes the plate into the truth
 * instead).
 * @param torso RGBA; opaque or absent, its edge is where alpha passes one half
 * @param labels class map of the frame
 */
export function behindHead(
  frame: Uint8Array,
  torso: Uint8Array,
  labels: Uint8Array,
  plate: Uint8Array,
  size: number,
): Uint8Array {
  const behind = frame.slice();
  const near = grownHeadMask(labels, size, { left: 0, top: 0, width: size, height: size }, headReach(size));
  for (let p = 0; p < size * size; p++) {
    if (!near[p]) continue;
    const opaque = torso[p * 4 + 3]! >= 128;
    for (let c = 0; c < 3; c++) behind[p * 3 + c] = opaque ? torso[p * 4 + c]! : plate[p * 3 + c]!;
  }
  return behind;
}

/**
 * How far beyond its mask a head may still colour the frame in training, px: strands of hair and the error of the
 * labels. 8 at 512; ours.
 */
export const headReach = (size: number): number => Math.max(2, Math.round(size / 64));

/** 1 within `reach` px (along each axis) of a head pixel, for the pixels of the window. */
export function grownHeadMask(labels: Uint8Array, size: number, window: Window, reach: number): Uint8Array {
  const { left, width, height } = window;
  const firstRow = Math.max(0, window.top - reach);
  const lastRow = Math.min(size, window.top + height + reach);
  const rows = new Uint8Array((lastRow - firstRow) * width);
  for (let y = firstRow; y < lastRow; y++) {
    const row = (y - firstRow) * width;
    spread(
      (x) => labels[y * size + x] === LABEL.head,
      (x) => (rows[row + x - left] = 1),
      size,
      reach,
      left,
      left + width,
    );
  }
  const grown = new Uint8Array(width * height);
  for (let x = 0; x < width; x++)
    spread(
      (y) => rows[y * width + x] === 1,
      (y) => (grown[(y + firstRow - window.top) * width + x] = 1),
      lastRow - firstRow,
      reach,
      window.top - firstRow,
      window.top - firstRow + height,
    );
  return grown;
}

/** Calls `set` for the cells from ≤ at < to that have a set cell within `reach`. */
function spread(
  isSet: (at: number) => boolean,
  set: (at: number) => void,
  length: number,
  reach: number,
  from: number,
  to: number,
): void {
  let last = -Infinity; // the latest set cell at or before at + reach
  for (let ahead = Math.max(0, from - reach); ahead < to + reach; ahead++) {
    if (ahead < length && isSet(ahead)) last = ahead;
    const at = ahead - reach;
    if (at >= from && last >= at - reach) set(at);
  }
}
