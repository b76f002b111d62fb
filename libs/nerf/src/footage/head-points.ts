// The face of one person in head space: where each landmark lies on the head, and how far the jaw moves it.
// A mask made from these points moves with the head pose. Poses fix 194 rigid landmarks only; the others are
// unprojected from every frame with the depth the landmark model gives, calibrated on the rigid ones.
import { PortraitError, type ArtifactReaderWriter, type ArtifactRef, type Transforms } from '@portrait/contracts';
import { readLandmarks } from '@portrait/face';
import { cameraFromTransform, intrinsicsOf } from '../camera.js';

const LANDMARKS = 478;
/** Frames that tell where a landmark rests; more change the median by less than the landmarks' own noise. */
const MAX_REST_FRAMES = 300;

/** World units, y up, z towards the camera of a frontal head. */
export type HeadPoint = readonly [x: number, y: number, z: number];

export interface HeadPoints {
  /** Median over the clip. */
  rest(id: number): HeadPoint;
  /** The rest position moved to the lowest y that the clip shows for this landmark. */
  lowest(id: number): HeadPoint;
  /** World units per centimetre. */
  readonly scale: number;
}

/** @param frames of the clip */
export async function readHeadPoints(
  artifacts: ArtifactReaderWriter,
  landmarks: ArtifactRef<'landmarks'>,
  transforms: Transforms,
  frames: number,
): Promise<HeadPoints> {
  const { points, found } = await readLandmarks(artifacts, landmarks, frames, ['points', 'found']);
  return headPoints(transforms, points, found);
}

/**
 * @param points [frames, 478, 3] px as in landmarks.npz
 * @param found 1 where a face was seen, by frame of the clip
 */
export function headPoints(transforms: Transforms, points: Float32Array, found: ArrayLike<number>): HeadPoints {
  const frames = transforms.frames.filter((frame) => found[frame.img_id] && !frame.interpolated);
  if (frames.length === 0 || transforms.shape.length === 0)
    throw new PortraitError('INCOMPATIBLE', 'The portrait has no frame with both a pose and landmarks.', {
      hint: 'Make the portrait again from its video.',
    });
  const world = frames.map((frame) =>
    unproject(transforms, frame.transform_matrix, points.subarray(frame.img_id * LANDMARKS * 3)),
  );
  const stride = Math.ceil(world.length / MAX_REST_FRAMES);
  const rested = world.filter((_, k) => k % stride === 0);
  const rests = new Map<number, HeadPoint>();

  const rest = (id: number): HeadPoint => {
    let point = rests.get(id);
    if (!point) {
      point = [0, 1, 2].map((axis) => median(rested.map((face) => face[id * 3 + axis]!))) as unknown as HeadPoint;
      rests.set(id, point);
    }
    return point;
  };
  return {
    rest,
    lowest(id) {
      const [x, y, z] = rest(id);
      return [x, world.reduce((low, face) => Math.min(low, face[id * 3 + 1]!), y), z];
    },
    scale: transforms.scale,
  };
}

/** Landmarks of one frame in the world, [478, 3]. */
function unproject(transforms: Transforms, matrix: readonly (readonly number[])[], points: Float32Array): Float32Array {
  const { focal, cx, cy } = intrinsicsOf(transforms);
  const c = cameraFromTransform(matrix);
  // Depth of a landmark is distance · (1 + z / focal): z of the model is in px of the picture, 0 at the face's centre.
  let distance = 0;
  for (const { id, xyz } of transforms.shape) {
    const [dx, dy, dz] = [xyz[0] - c[3]!, xyz[1] - c[7]!, xyz[2] - c[11]!];
    const depth = -(c[2]! * dx + c[6]! * dy + c[10]! * dz);
    distance += depth / (1 + points[id * 3 + 2]! / focal) / transforms.shape.length;
  }
  const world = new Float32Array(LANDMARKS * 3);
  for (let id = 0; id < LANDMARKS; id++) {
    const depth = distance * (1 + points[id * 3 + 2]! / focal);
    const u = ((points[id * 3]! - cx) / focal) * depth;
    const v = (-(points[id * 3 + 1]! - cy) / focal) * depth;
    for (let axis = 0; axis < 3; axis++)
      world[id * 3 + axis] = c[4 * axis]! * u + c[4 * axis + 1]! * v - c[4 * axis + 2]! * depth + c[4 * axis + 3]!;
  }
  return world;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1]!;
}
