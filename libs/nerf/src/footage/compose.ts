// One frame of footage: the recorded frame, inside the mask what was behind its head, and over that the rendered head
// with its colours matched at the seam.
import { LABEL } from '@portrait/face';
import { grownHeadMask, type Window } from '../behind-head.js';
import { matchColours, type ColourMatch } from './colour-match.js';
import type { RegionMask } from './replaced-region.js';

/** A recorded frame with what preprocessing knows about it. */
export interface FootageFrame {
  /** RGB, size×size. */
  readonly rgb: Uint8Array;
  /** RGBA, size×size: neck and torso continued under the head. */
  readonly torso: Uint8Array;
  /** Class map, size×size. */
  readonly labels: Uint8Array;
}

/** The rendered head inside the mask's window. */
export interface RenderedWindow {
  /** RGB over the picture behind. */
  readonly rgb: Uint8Array;
  /** Opacity of the head, 0…1. */
  readonly opacity: Float32Array;
}

/**
 * Reach of the recorded head beyond its label in footage: the labels' error. px, 3 at 512; ours, the in-painting's own
 * margin and one more.
 */
export const footageReach = (size: number): number => Math.max(1, Math.round((3 * size) / 512));

/** A hole in the torso layer at most this high is a slip of the labels, px of 512. */
const MAX_HOLE = 8;
/**
 * Painted neck varies slowly along a row; what is narrower than this is a column that took the collar for neck, px of
 * 512.
 */
const PAINT_WINDOW = 17;

/** Where a pixel behind the head comes from; 0 is the recorded frame. */
const PLATE = 1;
const PAINTED = 2;

/**
 * What the rendered head is laid over, [window.height, window.width, 3]: recorded pixels, and where the recorded head
 * was neck and torso or else the plate. Beside the head, where no torso is, the recorded pixels say more than the
 * plate.
 */
export function behindFootage(frame: FootageFrame, plate: Uint8Array, size: number, window: Window): Uint8Array {
  const { rgb, torso, labels } = frame;
  const { left, top, width, height } = window;
  const near = grownHeadMask(labels, size, window, footageReach(size));
  const behind = new Uint8Array(width * height * 3);
  const source = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, pixel = (top + y) * size + left; x < width; x++, at++, pixel++) {
      if (!near[at]) copyPixel(rgb, pixel * 3, behind, at * 3);
      else if (torso[pixel * 4 + 3]! >= 128) {
        copyPixel(torso, pixel * 4, behind, at * 3);
        source[at] = PAINTED;
      } else if (labels[pixel] === LABEL.head) {
        copyPixel(plate, pixel * 3, behind, at * 3);
        source[at] = PLATE;
      } else copyPixel(rgb, pixel * 3, behind, at * 3);
    }
  }
  fillHoles(behind, source, width, height, Math.max(1, Math.round((MAX_HOLE * size) / 512)));
  evenOut(behind, source, width, height, Math.max(1, Math.round((PAINT_WINDOW * size) / 1024)));
  return behind;
}

/** Plate in a column between two torso pixels takes the colour below it. */
function fillHoles(behind: Uint8Array, source: Uint8Array, width: number, height: number, maxHole: number): void {
  for (let x = 0; x < width; x++) {
    let below = -1;
    for (let y = height - 1; y >= 0; y--) {
      const at = y * width + x;
      if (source[at] === PLATE) continue;
      if (below > y + 1 && below - y <= maxHole) {
        for (let hole = y + 1; hole < below; hole++) {
          copyPixel(behind, (below * width + x) * 3, behind, (hole * width + x) * 3);
          source[hole * width + x] = PAINTED;
        }
      }
      below = y;
    }
  }
}

/** Each painted pixel takes the pixel of median brightness among the painted ones within `reach` along its row. */
function evenOut(behind: Uint8Array, source: Uint8Array, width: number, height: number, reach: number): void {
  const row = new Uint8Array(width * 3);
  const candidates: number[] = [];
  const light = (x: number): number => row[x * 3]! + row[x * 3 + 1]! + row[x * 3 + 2]!;
  for (let y = 0; y < height; y++) {
    const start = y * width;
    if (!source.subarray(start, start + width).includes(PAINTED)) continue;
    row.set(behind.subarray(start * 3, (start + width) * 3));
    for (let x = 0; x < width; x++) {
      if (source[start + x] !== PAINTED) continue;
      candidates.length = 0;
      for (let k = Math.max(0, x - reach); k <= Math.min(width - 1, x + reach); k++)
        if (source[start + k] === PAINTED) candidates.push(k);
      candidates.sort((a, b) => light(a) - light(b));
      copyPixel(row, candidates[candidates.length >> 1]! * 3, behind, (start + x) * 3);
    }
  }
}

function copyPixel(from: Uint8Array, source: number, to: Uint8Array, target: number): void {
  to[target] = from[source]!;
  to[target + 1] = from[source + 1]!;
  to[target + 2] = from[source + 2]!;
}

/** Pixels of the window where mask and head both fade between recorded and rendered skin. */
const RING = { from: 0.04, to: 0.96, opacity: 0.98 } as const;

/**
 * Puts the rendered window into a copy of the recorded frame.
 * @param behind what the window was rendered over
 */
export function composeFootage(
  frame: FootageFrame,
  size: number,
  mask: RegionMask,
  behind: Uint8Array,
  rendered: RenderedWindow,
): { rgb: Uint8Array; match: ColourMatch } {
  const { window, alpha } = mask;
  const recorded = cropRgb(frame.rgb, size, window);
  const match = matchColours(recorded, rendered.rgb, ringOf(frame.labels, size, mask, rendered.opacity));
  const out = frame.rgb.slice();
  for (let channel = 0; channel < 3; channel++) {
    const gain = match.gain[channel]!;
    const offset = match.offset[channel]!;
    for (let y = 0, at = 0; y < window.height; y++) {
      let to = ((window.top + y) * size + window.left) * 3 + channel;
      for (let x = 0; x < window.width; x++, at++, to += 3) {
        const share = alpha[at]!;
        if (share === 0) continue;
        const opacity = rendered.opacity[at]!;
        const under = (1 - opacity) * behind[at * 3 + channel]!;
        // Only the head's own light is matched: what shows through it is recorded already.
        const head = gain * (rendered.rgb[at * 3 + channel]! - under) + offset * opacity;
        const old = out[to]!;
        const mixed = old + share * (head + under - old);
        out[to] = mixed <= 0 ? 0 : mixed >= 255 ? 255 : mixed + 0.5;
      }
    }
  }
  return { rgb: out, match };
}

function ringOf(labels: Uint8Array, size: number, { window, alpha }: RegionMask, opacity: Float32Array): Uint32Array {
  const ring = new Uint32Array(alpha.length);
  let count = 0;
  for (let at = 0; at < alpha.length; at++) {
    if (alpha[at]! < RING.from || alpha[at]! > RING.to || opacity[at]! < RING.opacity) continue;
    const pixel = (window.top + Math.floor(at / window.width)) * size + window.left + (at % window.width);
    if (labels[pixel] === LABEL.head) ring[count++] = at;
  }
  return ring.subarray(0, count);
}

function cropRgb(picture: Uint8Array, size: number, { left, top, width, height }: Window): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * size + left) * 3;
    out.set(picture.subarray(from, from + width * 3), y * width * 3);
  }
  return out;
}
