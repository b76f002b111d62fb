// The picture a head is composited over, in training and when it is judged: what was truly behind it. Not the background of
// a render, which its user chooses.
import { LABEL } from '@portrait/face';

/**
 * What is seen behind the head of one frame, as [size, size, 3]: within reach of the head mask the in-painted torso over
 * the plate, beyond it the frame itself. Ours: the paper's single plate is wrong wherever the camera or the light moves,
 * and everything that is not head is seen in the frame anyway (the released code writes the plate into the truth instead).
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
  const near = grownHeadMask(labels, size, headReach(size));
  for (let p = 0; p < size * size; p++) {
    if (!near[p]) continue;
    const opaque = torso[p * 4 + 3]! >= 128;
    for (let c = 0; c < 3; c++) behind[p * 3 + c] = opaque ? torso[p * 4 + c]! : plate[p * 3 + c]!;
  }
  return behind;
}

/** How far beyond its mask a head may still colour the frame, px: strands of hair and the error of the labels. 8 at 512; ours. */
export const headReach = (size: number): number => Math.max(2, Math.round(size / 64));

/** 1 within `reach` px (along each axis) of a head pixel. */
function grownHeadMask(labels: Uint8Array, size: number, reach: number): Uint8Array {
  const rows = new Uint8Array(size * size);
  const grown = new Uint8Array(size * size);
  for (let y = 0; y < size; y++)
    spread(
      (x) => labels[y * size + x] === LABEL.head,
      (x) => (rows[y * size + x] = 1),
      size,
      reach,
    );
  for (let x = 0; x < size; x++)
    spread(
      (y) => rows[y * size + x] === 1,
      (y) => (grown[y * size + x] = 1),
      size,
      reach,
    );
  return grown;
}

function spread(isSet: (at: number) => boolean, set: (at: number) => void, length: number, reach: number): void {
  let last = -Infinity; // the latest set cell at or before at + reach
  for (let ahead = 0; ahead < length + reach; ahead++) {
    if (ahead < length && isSet(ahead)) last = ahead;
    const at = ahead - reach;
    if (at >= 0 && last >= at - reach) set(at);
  }
}
