// Chooses the square the portrait lives in. A square recording with a face of good size is left as it is.
import type { FaceMeasures } from './face-scan.js';
import { median, percentile } from './statistics.js';

/** Left and top edge and side, px of the upright source; even, inside the picture. */
export interface Crop {
  left: number;
  top: number;
  size: number;
}

/**
 * Face height over side. Between the two a square source is kept; otherwise TARGET is aimed at. Ours: head, hair and
 * shoulders fit, as in the paper's figures.
 */
export const KEPT_FACE = { smallest: 0.3, largest: 0.72 };
const TARGET_FACE = 0.47;
/** The middle of the face lies this far down the square, so that hair has as much room as the shoulders need less. */
const FACE_PLACE = 0.46;

export function chooseCrop(width: number, height: number, faces: readonly FaceMeasures[]): Crop {
  const short = Math.min(width, height) & ~1;
  const faceHeight = median(faces.map((f) => f.height));
  if (
    faces.length === 0 ||
    (width === height && faceHeight >= KEPT_FACE.smallest * short && faceHeight <= KEPT_FACE.largest * short)
  ) {
    return { left: even((width - short) / 2), top: even((height - short) / 2), size: short };
  }
  const moved = {
    left: percentile(
      faces.map((f) => f.left),
      0.02,
    ),
    right: percentile(
      faces.map((f) => f.right),
      0.98,
    ),
    top: percentile(
      faces.map((f) => f.top),
      0.02,
    ),
    bottom: percentile(
      faces.map((f) => f.bottom),
      0.98,
    ),
  };
  const room = Math.max(moved.right - moved.left + 0.5 * faceHeight, moved.bottom - moved.top + 0.9 * faceHeight);
  const wanted = Math.max(faceHeight / TARGET_FACE, room);
  // A square that is nearly the whole picture becomes the whole: more shoulder costs nothing.
  const size = (wanted > 0.9 * short ? short : wanted) & ~1;
  const place = (middle: number, share: number, whole: number): number =>
    even(Math.max(0, Math.min(whole - size, middle - share * size)));
  return {
    left: place(median(faces.map((f) => (f.left + f.right) / 2)), 0.5, width),
    top: place(median(faces.map((f) => (f.top + f.bottom) / 2)), FACE_PLACE, height),
    size,
  };
}

/** Side of the clip: as asked, but never more than 1.5 times the crop (beyond, nothing but blur is added). Even. */
export function chooseSize(asked: number | 'source', crop: Crop): number {
  return asked === 'source' ? crop.size : Math.min(asked, Math.floor((1.5 * crop.size) / 2) * 2);
}

const even = (value: number): number => 2 * Math.floor(value / 2);
