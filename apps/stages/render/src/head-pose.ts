// Head poses as rotation and translation, and the few operations on them that rendering needs.
// A head pose maps world (head) to camera: OpenGL axes, x right, y up, the camera looks along −z; it is the inverse of
// `transform_matrix`. Averaging is done here and not on camera positions, because a mean of camera positions on an arc
// comes nearer to the head than any of them.

/** Unit quaternion [w, x, y, z]. */
export type Quaternion = readonly [number, number, number, number];
export type Vector3 = readonly [number, number, number];
/** Rows of a 4×4 matrix. */
export type Matrix4 = readonly (readonly number[])[];

export interface HeadPose {
  readonly rotation: Quaternion;
  /** Head origin in camera axes, world units. */
  readonly translation: Vector3;
}

/**
 * Degrees. yaw: nose towards the right of the picture; pitch: nose up; roll: crown towards the right of the picture.
 */
export interface HeadAngles {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

const DEGREE = Math.PI / 180;
const axisTurn = (axis: 1 | 2 | 3, radians: number): Quaternion => {
  const q = [Math.cos(radians / 2), 0, 0, 0];
  q[axis] = Math.sin(radians / 2);
  return q as unknown as Quaternion;
};

export function multiply(a: Quaternion, b: Quaternion): Quaternion {
  const [aw, ax, ay, az] = a;
  const [bw, bx, by, bz] = b;
  return [
    aw * bw - ax * bx - ay * by - az * bz,
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
  ];
}

const conjugate = ([w, x, y, z]: Quaternion): Quaternion => [w, -x, -y, -z];
const dot = (a: Quaternion, b: Quaternion): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
function normalise(q: readonly number[]): Quaternion {
  const length = Math.hypot(...q);
  return q.map((v) => v / length) as unknown as Quaternion;
}

function rotationRows([w, x, y, z]: Quaternion): number[][] {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** Quaternion of a rotation matrix given by rows; the branch with the largest pivot keeps it exact near half turns. */
function quaternionOf(r: readonly (readonly number[])[]): Quaternion {
  const m = (i: number, j: number): number => r[i]![j]!;
  const pivots = [
    1 + m(0, 0) + m(1, 1) + m(2, 2),
    1 + m(0, 0) - m(1, 1) - m(2, 2),
    1 - m(0, 0) + m(1, 1) - m(2, 2),
    1 - m(0, 0) - m(1, 1) + m(2, 2),
  ];
  const largest = pivots.indexOf(Math.max(...pivots));
  const yz = m(2, 1) - m(1, 2),
    zx = m(0, 2) - m(2, 0),
    xy = m(1, 0) - m(0, 1);
  const rows = [
    [pivots[0]!, yz, zx, xy],
    [yz, pivots[1]!, m(0, 1) + m(1, 0), m(0, 2) + m(2, 0)],
    [zx, m(0, 1) + m(1, 0), pivots[2]!, m(1, 2) + m(2, 1)],
    [xy, m(0, 2) + m(2, 0), m(1, 2) + m(2, 1), pivots[3]!],
  ];
  return normalise(rows[largest]!);
}

/** Head pose of a camera-to-world matrix. */
export function headPoseOf(cameraToWorld: Matrix4): HeadPose {
  const c = (i: number, j: number): number => cameraToWorld[i]![j]!;
  const rows = [0, 1, 2].map((i) => [c(0, i), c(1, i), c(2, i)]);
  const translation = rows.map(
    (row) => -(row[0]! * c(0, 3) + row[1]! * c(1, 3) + row[2]! * c(2, 3)),
  ) as unknown as Vector3;
  return { rotation: quaternionOf(rows), translation };
}

/** Camera-to-world matrix of a head pose, rows of 4. */
export function cameraToWorldOf(pose: HeadPose): number[][] {
  const r = rotationRows(pose.rotation);
  const [tx, ty, tz] = pose.translation;
  const rows = [0, 1, 2].map((i) => {
    const column = [r[0]![i]!, r[1]![i]!, r[2]![i]!];
    return [...column, -(column[0]! * tx + column[1]! * ty + column[2]! * tz)];
  });
  return [...rows, [0, 0, 0, 1]];
}

/** Mean of a few nearby poses: normalised mean quaternion (the chordal mean to first order) and mean translation. */
export function meanPose(poses: readonly HeadPose[]): HeadPose {
  const first = poses[0]!.rotation;
  const q = [0, 0, 0, 0];
  const t: [number, number, number] = [0, 0, 0];
  for (const pose of poses) {
    const sign = dot(first, pose.rotation) < 0 ? -1 : 1;
    for (let k = 0; k < 4; k++) q[k]! += sign * pose.rotation[k]!;
    for (let k = 0; k < 3; k++) t[k]! += pose.translation[k]!;
  }
  return { rotation: normalise(q), translation: t.map((v) => v / poses.length) as unknown as Vector3 };
}

/** Pose between `a` (w = 0) and `b` (w = 1), for neighbouring frames. */
export function between(a: HeadPose, b: HeadPose, w: number): HeadPose {
  if (w === 0) return a;
  const sign = dot(a.rotation, b.rotation) < 0 ? -1 : 1;
  return {
    rotation: normalise(a.rotation.map((v, k) => v * (1 - w) + sign * w * b.rotation[k]!)),
    translation: a.translation.map((v, k) => v * (1 - w) + w * b.translation[k]!) as unknown as Vector3,
  };
}

/** Turns the head about its own origin and shifts it along the camera axes (world units). */
export function moveHead(pose: HeadPose, angles: HeadAngles, shift: Vector3): HeadPose {
  const turn = multiply(
    multiply(axisTurn(3, -angles.roll * DEGREE), axisTurn(1, -angles.pitch * DEGREE)),
    axisTurn(2, angles.yaw * DEGREE),
  );
  return {
    rotation: normalise(multiply(turn, pose.rotation)),
    translation: pose.translation.map((v, k) => v + shift[k]!) as unknown as Vector3,
  };
}

/** Angles that turn `from` into `to`; the inverse of `moveHead`. */
export function anglesBetween(from: HeadPose, to: HeadPose): HeadAngles {
  const r = rotationRows(multiply(to.rotation, conjugate(from.rotation)));
  return {
    yaw: Math.atan2(-r[2]![0]!, r[2]![2]!) / DEGREE,
    pitch: -Math.asin(Math.max(-1, Math.min(1, r[2]![1]!))) / DEGREE,
    roll: -Math.atan2(-r[0]![1]!, r[1]![1]!) / DEGREE,
  };
}

/** Whole rotation between two poses, degrees, 0–180. */
export function angleBetween(a: HeadPose, b: HeadPose): number {
  return (2 * Math.acos(Math.min(1, Math.abs(dot(a.rotation, b.rotation))))) / DEGREE;
}
