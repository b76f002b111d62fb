// Rectangles of the face that training treats differently (paper figure 2). Each takes the points of one face [478,3]
// in px and returns whole pixels inside the picture.
import { FACE_OVAL, LEFT_EYE, LIPS_OUTER, NOSE_BASE, RIGHT_EYE } from './indices.js';

/** Whole pixels; rows top ≤ y < bottom, columns left ≤ x < right. */
export interface Rect {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** LPIPS with AlexNet fails on smaller crops: they vanish in its strides. */
const MIN_LIPS_SIDE_PX = 32;
/** Margin around the outer lips, relative to their longer side (ours: contains the wider mouth of a next frame). */
const LIPS_MARGIN = 0.15;
/** Margins around an eye ring relative to its width (ours: a blink moves lids and lashes). */
const EYE_MARGIN = { across: 0.15, along: 0.35 };

interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

function boundsOf(points: Float32Array, ids: readonly number[]): Bounds {
  const b: Bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const id of ids) {
    const x = points[id * 3]!;
    const y = points[id * 3 + 1]!;
    b.minX = Math.min(b.minX, x);
    b.maxX = Math.max(b.maxX, x);
    b.minY = Math.min(b.minY, y);
    b.maxY = Math.max(b.maxY, y);
  }
  return b;
}

function toRect({ minX, minY, maxX, maxY }: Bounds, width: number, height: number): Rect {
  const clamp = (v: number, max: number): number => Math.min(Math.max(v, 0), max);
  return {
    top: clamp(Math.floor(minY), height),
    left: clamp(Math.floor(minX), width),
    bottom: clamp(Math.ceil(maxY), height),
    right: clamp(Math.ceil(maxX), width),
  };
}

/** Lower face, nose base to chin, full width of the face: the region of the dynamic loss, which audio may move. */
export function faceRect(points: Float32Array, width: number, height: number): Rect {
  const oval = boundsOf(points, FACE_OVAL);
  return toRect({ ...oval, minY: boundsOf(points, NOSE_BASE).minY }, width, height);
}

/** Forehead to chin. */
export function fullFaceRect(points: Float32Array, width: number, height: number): Rect {
  return toRect(boundsOf(points, FACE_OVAL), width, height);
}

/** Square around the outer lips, at least `minSidePx` wide, shifted to lie inside the picture. */
export function lipsRect(
  points: Float32Array,
  width: number,
  height: number,
  minSidePx: number = MIN_LIPS_SIDE_PX,
): Rect {
  const { minX, minY, maxX, maxY } = boundsOf(points, LIPS_OUTER);
  const wanted = Math.ceil(Math.max(maxX - minX, maxY - minY) * (1 + 2 * LIPS_MARGIN));
  const side = Math.min(Math.max(wanted, minSidePx), width, height);
  const start = (centre: number, max: number): number =>
    Math.min(Math.max(Math.round(centre - side / 2), 0), max - side);
  const left = start((minX + maxX) / 2, width);
  const top = start((minY + maxY) / 2, height);
  return { top, left, bottom: top + side, right: left + side };
}

function eyeRect(ring: readonly number[], points: Float32Array, width: number, height: number): Rect {
  const { minX, minY, maxX, maxY } = boundsOf(points, ring);
  const size = maxX - minX;
  const [across, along] = [size * EYE_MARGIN.across, size * EYE_MARGIN.along];
  return toRect({ minX: minX - across, maxX: maxX + across, minY: minY - along, maxY: maxY + along }, width, height);
}

export function leftEyeRect(points: Float32Array, width: number, height: number): Rect {
  return eyeRect(LEFT_EYE, points, width, height);
}

export function rightEyeRect(points: Float32Array, width: number, height: number): Rect {
  return eyeRect(RIGHT_EYE, points, width, height);
}
