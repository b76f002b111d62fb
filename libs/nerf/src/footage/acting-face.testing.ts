// A face with known truth, for specs: MediaPipe's canonical face turning its head and opening its jaw, exactly
// projected.
import type { Transforms } from '@portrait/contracts';
import { canonicalFace } from '@portrait/face';
import { cameraFromTransform, intrinsicsOf, project } from '../camera.js';

export const SIZE = 256;
export const FRAMES = 40;
const SCALE = 0.0345;
/** Canonical point at the origin of the world, cm. */
const ORIGIN = [0, 1.5, -2.5] as const;
/** Points above this height do not move with the jaw, cm. */
const JAW_TOP = -3.5;
const MAX_DROP_CM = 2;
const LANDMARKS = 478;

export interface ActingFace {
  transforms: Transforms;
  /** [FRAMES, 478, 3] px */
  points: Float32Array;
  found: Uint8Array;
  /** World positions of the landmarks in a frame, [478, 3]. */
  world(frame: number): Float32Array;
}

/** How far the jaw hangs in a frame, cm. */
export const jawDrop = (frame: number): number => (MAX_DROP_CM / 2) * (1 - Math.cos((2 * Math.PI * frame) / 20));

export async function actingFace(): Promise<ActingFace> {
  const { vertices } = await canonicalFace();
  const world = (frame: number): Float32Array => {
    const out = new Float32Array(LANDMARKS * 3);
    for (let id = 0; id < vertices.length / 3; id++) {
      const y = vertices[id * 3 + 1]!;
      const hangs = Math.min(1, Math.max(0, (JAW_TOP - y) / 2));
      out[id * 3] = (vertices[id * 3]! - ORIGIN[0]) * SCALE;
      out[id * 3 + 1] = (y - hangs * jawDrop(frame) - ORIGIN[1]) * SCALE;
      out[id * 3 + 2] = (vertices[id * 3 + 2]! - ORIGIN[2]) * SCALE;
    }
    return out;
  };
  const transforms = posesOf(world(0));
  const intrinsics = intrinsicsOf(transforms);
  const points = new Float32Array(FRAMES * LANDMARKS * 3);
  for (let frame = 0; frame < FRAMES; frame++) {
    const camera = cameraFromTransform(transforms.frames[frame]!.transform_matrix);
    const face = world(frame);
    const depth = (id: number): number =>
      -[2, 6, 10].reduce((sum, c, k) => sum + camera[c]! * (face[id * 3 + k]! - camera[3 + 4 * k]!), 0);
    const centre = depth(1);
    for (let id = 0; id < LANDMARKS; id++) {
      const [x, y] = project(camera, intrinsics, face[id * 3]!, face[id * 3 + 1]!, face[id * 3 + 2]!)!;
      points.set([x, y, (depth(id) / centre - 1) * intrinsics.focal], (frame * LANDMARKS + id) * 3);
    }
  }
  return { transforms, points, found: new Uint8Array(FRAMES).fill(1), world };
}

function posesOf(face: Float32Array): Transforms {
  const focal = 1.37 * 2 * SIZE;
  return {
    focal_len: focal,
    cx: SIZE / 2,
    cy: SIZE / 2,
    w: SIZE,
    h: SIZE,
    fl_x: focal,
    fl_y: focal,
    camera_model: 'OPENCV',
    scale: SCALE,
    origin: [...ORIGIN],
    shape: [10, 33, 263, 1, 168, 127, 356].map((id) => ({
      id,
      xyz: [face[id * 3]!, face[id * 3 + 1]!, face[id * 3 + 2]!],
    })),
    rmse: 0.5,
    frames: Array.from({ length: FRAMES }, (_, k) => ({
      img_id: k,
      aud_id: k,
      rmse: 0.5,
      segment: 0,
      transform_matrix: orbit((12 * Math.PI * Math.sin(k / 5)) / 180, 3.3),
    })),
  };
}

/** A camera on a circle round the head, looking at its middle. */
function orbit(yaw: number, distance: number): number[][] {
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  return [
    [c, 0, s, distance * s],
    [0, 1, 0, 0],
    [-s, 0, c, distance * c],
    [0, 0, 0, 1],
  ];
}
