// Proportions of a head as numbers that hardly change with pose and speech; one of two signs of a cut to another
// person.
import { FACE_OVAL, RIGID, type DetectedFace } from '@portrait/face';

/** Points that hardly move with speech: the rigid ones and the upper oval. */
const SHAPE_POINTS = [
  ...new Set([
    ...RIGID,
    ...FACE_OVAL.filter((id) => [127, 356, 234, 454, 93, 323, 132, 361, 162, 389, 21, 251, 54, 284].includes(id)),
    70,
    300,
    46,
    276,
    136,
    365,
    58,
    288,
  ]),
];

/**
 * [N,3]: the points turned to the front by the pose, centred, scaled to unit spread in x and y. Depth counts half,
 * being guessed.
 */
export function faceShape({ points, matrix }: DetectedFace): Float32Array {
  const scale = Math.hypot(matrix[0]!, matrix[1]!, matrix[2]!);
  const n = SHAPE_POINTS.length;
  const centre = [0, 0, 0];
  // MediaPipe's points have y down and z away; its matrix has y up and z toward the camera.
  const placed = SHAPE_POINTS.map((id) => [points[3 * id]!, -points[3 * id + 1]!, -points[3 * id + 2]!]);
  for (const p of placed) for (let k = 0; k < 3; k += 1) centre[k]! += p[k]! / n;
  const shape = new Float32Array(3 * n);
  placed.forEach((p, i) => {
    const d = p.map((v, k) => v - centre[k]!);
    for (let k = 0; k < 3; k += 1)
      shape[3 * i + k] = (matrix[4 * k]! * d[0]! + matrix[4 * k + 1]! * d[1]! + matrix[4 * k + 2]! * d[2]!) / scale;
  });
  let squares = 0;
  for (let i = 0; i < n; i += 1) squares += shape[3 * i]! ** 2 + shape[3 * i + 1]! ** 2;
  const spread = Math.sqrt(squares / n) || 1;
  return shape.map((v, i) => (i % 3 === 2 ? v / (2 * spread) : v / spread));
}

/** Root mean square distance of the points. */
export function shapeDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / (a.length / 3));
}
