// Track in centimetres → transforms.json: camera to world, OpenGL axes, the head fixed at the origin of the world.
// Layout as in the field's transforms.json; scale and origin from the measured hull of a head with hair (ours).
import type { Transforms } from '@portrait/contracts';
import type { PoseTrack } from './smoothing.js';
import type { Segment } from './segments.js';
import { REFERENCE_SIZE } from './observations.js';

/** World units per centimetre: a head with hair (30 cm) spans about one unit, well inside the cube [-1,1]³. */
export const WORLD_SCALE = 0.0345;
/** Canonical point (cm) at the world's origin: the middle of a head with hair. */
export const WORLD_ORIGIN: [number, number, number] = [0, 1.5, -2.5];

interface TransformsInput {
  /** Side of the clip, px. */
  size: number;
  /** Focal length, px at 512. */
  focal: number;
  track: PoseTrack;
  ids: readonly number[];
  /** [N,3] cm */
  shape: Float64Array;
  /** [F] px at 512, NaN where no face was found. */
  frameRmse: Float64Array;
  rmse: number;
  segments: readonly Segment[];
  interpolated: (frame: number) => boolean;
}

export function makeTransforms(input: TransformsInput): Transforms {
  const { size, track, shape } = input;
  const pixel = size / REFERENCE_SIZE;
  const focal = rounded(input.focal * pixel);
  const world = (x: number, axis: 0 | 1 | 2): number => rounded(WORLD_SCALE * (x - WORLD_ORIGIN[axis]));
  const segmentOf = (t: number): number => input.segments.findIndex((s) => t >= s.start && t < s.end);
  return {
    focal_len: focal,
    cx: size / 2,
    cy: size / 2,
    w: size,
    h: size,
    fl_x: focal,
    fl_y: focal,
    camera_model: 'OPENCV',
    scale: WORLD_SCALE,
    origin: WORLD_ORIGIN,
    rmse: rounded(input.rmse * pixel),
    shape: input.ids.map((id, n) => ({
      id,
      xyz: [world(shape[n * 3]!, 0), world(shape[n * 3 + 1]!, 1), world(shape[n * 3 + 2]!, 2)],
    })),
    frames: Array.from({ length: input.frameRmse.length }, (_, t) => {
      const error = input.frameRmse[t]!;
      return {
        img_id: t,
        aud_id: t,
        file_path: `images/${String(t).padStart(5, '0')}.png`,
        transform_matrix: cameraToWorld(track, t),
        rmse: Number.isNaN(error) ? 0 : rounded(error * pixel),
        segment: segmentOf(t),
        ...(input.interpolated(t) ? { interpolated: true } : {}),
      };
    }),
  };
}

/** Inverse of canonical-to-camera in world units: rows [Rᵀ | scale (-Rᵀ t - origin)]. */
function cameraToWorld({ rotations: R, translations: T }: PoseTrack, t: number): number[][] {
  const rows = ([0, 1, 2] as const).map((i) => {
    const column = [R[t * 9 + i]!, R[t * 9 + 3 + i]!, R[t * 9 + 6 + i]!];
    const position = -(column[0]! * T[t * 3]! + column[1]! * T[t * 3 + 1]! + column[2]! * T[t * 3 + 2]!);
    return [...column.map(rounded), rounded(WORLD_SCALE * (position - WORLD_ORIGIN[i]))];
  });
  return [...rows, [0, 0, 0, 1]];
}

/** Nine decimals give the same text on every machine. */
const rounded = (x: number): number => Math.round(x * 1e9) / 1e9 || 0;
