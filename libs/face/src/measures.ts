// Openness of eyes and mouth. Points of one face [478,3] in px; only x and y are used.
import {
  CHIN,
  FACE_OVAL,
  FACE_TOP,
  INNER_LIP_PAIRS,
  LEFT_EYE,
  MOUTH_LEFT_CORNER,
  MOUTH_RIGHT_CORNER,
  RIGHT_EYE,
} from './indices.js';

/** Area of a ring, px². Shoelace formula. */
export function polygonArea(points: Float32Array, ring: readonly number[]): number {
  let twice = 0;
  let previous = ring.at(-1)!;
  for (const id of ring) {
    twice += points[previous * 3]! * points[id * 3 + 1]! - points[id * 3]! * points[previous * 3 + 1]!;
    previous = id;
  }
  return Math.abs(twice) / 2;
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(points[a * 3]! - points[b * 3]!, points[a * 3 + 1]! - points[b * 3 + 1]!);
}

const eyesArea = (points: Float32Array): number => polygonArea(points, LEFT_EYE) + polygonArea(points, RIGHT_EYE);

/** Area of both eyes over image area, percent, about 0…0.5 (paper §3.4). Depends on framing. */
export function eyeRatio(points: Float32Array, width: number, height: number): number {
  return (100 * eyesArea(points)) / (width * height);
}

/**
 * Area of both eyes over area of the face oval, about 0.005 closed … 0.05 wide open. Does not depend on framing (ours).
 */
export function eyeAperture(points: Float32Array): number {
  return eyesArea(points) / polygonArea(points, FACE_OVAL);
}

/** Distance of the inner lips (mean of three pairs in the middle) over face height; 0 closed … about 0.2 wide open. */
export function mouthOpening(points: Float32Array): number {
  const gap =
    INNER_LIP_PAIRS.reduce((sum, [upper, lower]) => sum + distance(points, upper, lower), 0) / INNER_LIP_PAIRS.length;
  return gap / distance(points, FACE_TOP, CHIN);
}

/** Distance of the mouth's corners over face height, about 0.25…0.45. */
export function mouthWidth(points: Float32Array): number {
  return distance(points, MOUTH_RIGHT_CORNER, MOUTH_LEFT_CORNER) / distance(points, FACE_TOP, CHIN);
}

/** Quantile with linear interpolation; NaN for an empty list. */
export function quantile(values: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = fraction * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}
