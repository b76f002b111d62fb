// Input of the fit: rigid landmarks per frame, the canonical face, and initial poses from MediaPipe. Units are px of a
// 512 px picture with the principal point at the origin, x right, y up, and centimetres in space, so that the constants
// of the fit hold at any resolution.
import { determinant } from './rotation.js';

/** Side of the picture that all pixel constants refer to. */
export const REFERENCE_SIZE = 512;
/** Focal length that MediaPipe's matrix assumes: a vertical field of view of 63 degrees. */
export const MEDIAPIPE_FOCAL = REFERENCE_SIZE / 2 / Math.tan((63 / 2) * (Math.PI / 180));

export interface Observations {
  /** Number of frames F and of rigid points N. */
  readonly frames: number;
  readonly points: number;
  /** [F,N,2] px at 512, relative to the principal point, y up. */
  readonly xy: Float64Array;
  /** [F] 1 where a face was found. */
  readonly found: Uint8Array;
  /** [F,9] and [F,3]: pose for MEDIAPIPE_FOCAL, canonical cm to camera; camera looks along -z. */
  readonly firstRotations: Float64Array;
  readonly firstTranslations: Float64Array;
  /** [N,3] cm. */
  readonly canonical: Float64Array;
}

interface LandmarkArrays {
  /** [F,478,3] px. */
  points: ArrayLike<number>;
  /** [F,16] column-major, canonical to camera, possibly scaled. */
  matrix: ArrayLike<number>;
  /** [F] */
  found: ArrayLike<number>;
}

export function makeObservations(
  landmarks: LandmarkArrays,
  size: number,
  ids: readonly number[],
  canonical: Float64Array,
): Observations {
  const frames = landmarks.found.length,
    points = ids.length;
  const stride = landmarks.points.length / frames;
  const unit = REFERENCE_SIZE / size;
  const xy = new Float64Array(frames * points * 2);
  const found = new Uint8Array(frames);
  const firstRotations = new Float64Array(frames * 9);
  const firstTranslations = new Float64Array(frames * 3);
  for (let t = 0; t < frames; t++) {
    found[t] = landmarks.found[t] ? 1 : 0;
    if (!found[t]) continue;
    ids.forEach((id, n) => {
      xy[(t * points + n) * 2] = (landmarks.points[t * stride + id * 3]! - size / 2) * unit;
      xy[(t * points + n) * 2 + 1] = (size / 2 - landmarks.points[t * stride + id * 3 + 1]!) * unit;
    });
    // Without a usable matrix there is no initial pose: the frame counts as not found and is interpolated.
    if (!readMatrix(landmarks.matrix, t * 16, firstRotations, firstTranslations, t)) found[t] = 0;
  }
  return { frames, points, xy, found, firstRotations, firstTranslations, canonical };
}

/** Removes the scale of MediaPipe's matrix, the cube root of its determinant. False when the matrix is unusable. */
function readMatrix(
  m: ArrayLike<number>,
  o: number,
  rotations: Float64Array,
  translations: Float64Array,
  t: number,
): boolean {
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) rotations[t * 9 + r * 3 + c] = m[o + c * 4 + r]!;
    translations[t * 3 + r] = m[o + 12 + r]!;
  }
  const scale = Math.cbrt(determinant(rotations, t * 9));
  if (!(scale > 1e-6) || !Number.isFinite(scale) || !(translations[t * 3 + 2]! < 0)) return false;
  for (let k = 0; k < 9; k++) rotations[t * 9 + k]! /= scale;
  return true;
}

/** The observations of the chosen frames. */
export function selectFrames(all: Observations, chosen: readonly number[]): Observations {
  const take = <T extends Float64Array | Uint8Array>(from: T, width: number): T => {
    const out = new (from.constructor as new (n: number) => T)(chosen.length * width);
    chosen.forEach((t, k) => out.set(from.subarray(t * width, (t + 1) * width) as never, k * width));
    return out;
  };
  return {
    frames: chosen.length,
    points: all.points,
    canonical: all.canonical,
    xy: take(all.xy, all.points * 2),
    found: take(all.found, 1),
    firstRotations: take(all.firstRotations, 9),
    firstTranslations: take(all.firstTranslations, 3),
  };
}
