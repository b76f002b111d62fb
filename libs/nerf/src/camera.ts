// Cameras as the kernels take them: the upper 3×4 of a camera-to-world matrix, row-major, OpenGL axes
// (x right, y up, looks along −z). Poses live in transforms.json; nothing here reads files.
import type { Transforms } from '@portrait/contracts';

export interface Intrinsics {
  /** px */
  focal: number;
  cx: number;
  cy: number;
  width: number;
  height: number;
}

export function cameraFromTransform(matrix: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(matrix.slice(0, 3).flat());
}

export function intrinsicsOf(transforms: Transforms): Intrinsics {
  return {
    focal: transforms.focal_len,
    cx: transforms.cx,
    cy: transforms.cy,
    width: transforms.w,
    height: transforms.h,
  };
}

/** Rows of [F,12]. */
export function camerasOf(transforms: Transforms): Float32Array {
  const cameras = new Float32Array(transforms.frames.length * 12);
  transforms.frames.forEach((frame, i) => cameras.set(cameraFromTransform(frame.transform_matrix), i * 12));
  return cameras;
}

/**
 * Pose as the torso network takes it (paper, section 3.4): Euler angles X, Y, Z of the head in the camera (radians) and
 * its translation (world units), centred on `reference` so that the numbers stay near 0.
 * @param camera [12] camera to world
 */
export function pose6(camera: Float32Array, reference?: Float32Array): Float32Array {
  const c = camera;
  // Head in camera is the inverse: rotation transposed.
  const r = [c[0]!, c[4]!, c[8]!, c[1]!, c[5]!, c[9]!, c[2]!, c[6]!, c[10]!];
  const t = [0, 1, 2].map((i) => -(r[3 * i]! * c[3]! + r[3 * i + 1]! * c[7]! + r[3 * i + 2]! * c[11]!));
  // R = Rx·Ry·Rz
  const y = Math.asin(Math.max(-1, Math.min(1, r[2]!)));
  const x = Math.atan2(-r[5]!, r[8]!);
  const z = Math.atan2(-r[1]!, r[0]!);
  const pose = Float32Array.from([x, y, z, ...t]);
  if (reference) for (let i = 0; i < 6; i++) pose[i]! -= reference[i]!;
  return pose;
}

/** World point → pixel; null behind the camera. */
export function project(camera: Float32Array, k: Intrinsics, x: number, y: number, z: number): [number, number] | null {
  const dx = x - camera[3]!;
  const dy = y - camera[7]!;
  const dz = z - camera[11]!;
  const depth = -(camera[2]! * dx + camera[6]! * dy + camera[10]! * dz);
  if (depth <= 0) return null;
  const u = camera[0]! * dx + camera[4]! * dy + camera[8]! * dz;
  const v = camera[1]! * dx + camera[5]! * dy + camera[9]! * dz;
  return [k.cx + (k.focal * u) / depth, k.cy - (k.focal * v) / depth];
}
