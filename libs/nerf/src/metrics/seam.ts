// Where a replaced face meets what was recorded: the neck band under the jaw, the edge of the mask, the jump of a loop.
// Ours: no published system states any of these.
import { LABEL } from '@portrait/face';
import type { RegionMask } from '../footage/replaced-region.js';

/** How far the band reaches from the neck over the jaw line, px of 512: where chins of two pictures may differ. */
const OVER_JAW = 16;
/** The edge of the mask: where recorded and rendered are both seen. */
const EDGE = { from: 0.1, to: 0.9 } as const;

/** 1 between jaw line and collar: the neck, and of the head what lies within reach above it. */
export function neckBand(labels: Uint8Array, size: number): Uint8Array {
  const band = new Uint8Array(size * size);
  const reach = Math.max(1, Math.round((OVER_JAW * size) / 512));
  for (let x = 0; x < size; x++) {
    let above = -1; // rows of head that still belong to the neck below them
    for (let p = size * (size - 1) + x; p >= 0; p -= size) {
      const label = labels[p];
      if (label === LABEL.neck) above = reach;
      if (label === LABEL.neck || (label === LABEL.head && above > 0)) band[p] = 1;
      if (label !== LABEL.neck && above > 0) above = label === LABEL.head ? above - 1 : 0;
    }
  }
  return band;
}

/** Mean absolute difference of two pictures where `mask` is not 0, levels; null where it is nowhere. */
export function meanDifference(a: Uint8Array, b: Uint8Array, mask: Uint8Array): number | null {
  let [sum, count] = [0, 0];
  for (let p = 0; p < mask.length; p++) {
    if (mask[p] === 0) continue;
    for (let k = p * 3; k < p * 3 + 3; k++) sum += Math.abs(a[k]! - b[k]!);
    count += 3;
  }
  return count > 0 ? sum / count : null;
}

/** Where both masks are set. */
export const both = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((v, p) => v & b[p]!);

/** 1 where the mask shows more of the rendered head than of the recorded frame. */
export function replacedPixels({ window, alpha }: RegionMask, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  alpha.forEach((share, at) => {
    if (share >= 0.5) mask[pixelOf(at, window, size)] = 1;
  });
  return mask;
}

/**
 * Mean gradient of luma along the edge of the mask, rendered over recorded: 1 where the seam adds no line and takes no
 * texture away. null for a recorded picture without any.
 */
export function seamVisibility(
  rendered: Uint8Array,
  recorded: Uint8Array,
  { window, alpha }: RegionMask,
  size: number,
): number | null {
  let [there, here] = [0, 0];
  for (let at = 0; at < alpha.length; at++) {
    if (alpha[at]! < EDGE.from || alpha[at]! > EDGE.to) continue;
    const p = pixelOf(at, window, size);
    if (p % size === size - 1 || p >= size * (size - 1)) continue;
    there += gradient(rendered, p, size);
    here += gradient(recorded, p, size);
  }
  return here > 0 ? there / here : null;
}

const pixelOf = (at: number, { left, top, width }: RegionMask['window'], size: number): number =>
  (top + Math.floor(at / width)) * size + left + (at % width);

function gradient(rgb: Uint8Array, p: number, width: number): number {
  const here = luma(rgb, p);
  return Math.abs(luma(rgb, p + 1) - here) + Math.abs(luma(rgb, p + width) - here);
}

const luma = (rgb: Uint8Array, p: number): number =>
  0.299 * rgb[p * 3]! + 0.587 * rgb[p * 3 + 1]! + 0.114 * rgb[p * 3 + 2]!;
