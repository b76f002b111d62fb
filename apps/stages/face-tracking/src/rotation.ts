// Rotations as nine row-major numbers inside larger arrays, so that fitting thousands of frames allocates nothing.
// Rodrigues' formula and its inverse; polar decomposition by Newton's iteration (Higham 1986).

/** out[o..] = exp([w]×), w [3] in radians. */
export function expRotation(w: Float64Array, out: Float64Array, o = 0): void {
  const x = w[0]!,
    y = w[1]!,
    z = w[2]!;
  const t2 = x * x + y * y + z * z;
  const t = Math.sqrt(t2);
  // Below 1e-4 rad the series is exact to the last bit and avoids 0/0.
  const s = t < 1e-4 ? 1 - t2 / 6 : Math.sin(t) / t;
  const k = t < 1e-4 ? 0.5 - t2 / 24 : (1 - Math.cos(t)) / t2;
  out[o] = 1 - k * (y * y + z * z);
  out[o + 1] = k * x * y - s * z;
  out[o + 2] = k * x * z + s * y;
  out[o + 3] = k * x * y + s * z;
  out[o + 4] = 1 - k * (x * x + z * z);
  out[o + 5] = k * y * z - s * x;
  out[o + 6] = k * x * z - s * y;
  out[o + 7] = k * y * z + s * x;
  out[o + 8] = 1 - k * (x * x + y * y);
}

/** out [3] = rotation vector of A Bᵀ, the step from B to A. Not for angles near π. */
export function logBetween(A: Float64Array, a: number, B: Float64Array, b: number, out: Float64Array): void {
  const d = (i: number, j: number): number =>
    A[a + 3 * i]! * B[b + 3 * j]! + A[a + 3 * i + 1]! * B[b + 3 * j + 1]! + A[a + 3 * i + 2]! * B[b + 3 * j + 2]!;
  const x = d(2, 1) - d(1, 2),
    y = d(0, 2) - d(2, 0),
    z = d(1, 0) - d(0, 1);
  const sine = Math.sqrt(x * x + y * y + z * z) / 2;
  const angle = Math.atan2(sine, (d(0, 0) + d(1, 1) + d(2, 2) - 1) / 2);
  const k = sine < 1e-9 ? 0.5 : angle / (2 * sine);
  out[0] = x * k;
  out[1] = y * k;
  out[2] = z * k;
}

/** out = A B; out may be A or B. */
export function multiply(A: Float64Array, a: number, B: Float64Array, b: number, out: Float64Array, o: number): void {
  const b0 = B[b]!,
    b1 = B[b + 1]!,
    b2 = B[b + 2]!,
    b3 = B[b + 3]!,
    b4 = B[b + 4]!,
    b5 = B[b + 5]!,
    b6 = B[b + 6]!,
    b7 = B[b + 7]!,
    b8 = B[b + 8]!;
  for (let i = 0; i < 3; i++) {
    const x = A[a + 3 * i]!,
      y = A[a + 3 * i + 1]!,
      z = A[a + 3 * i + 2]!;
    // Safe in place: rows of A are read before they are written, and B is in locals.
    out[o + 3 * i] = x * b0 + y * b3 + z * b6;
    out[o + 3 * i + 1] = x * b1 + y * b4 + z * b7;
    out[o + 3 * i + 2] = x * b2 + y * b5 + z * b8;
  }
}

export function determinant(M: ArrayLike<number>, o = 0): number {
  return (
    M[o]! * (M[o + 4]! * M[o + 8]! - M[o + 5]! * M[o + 7]!) -
    M[o + 1]! * (M[o + 3]! * M[o + 8]! - M[o + 5]! * M[o + 6]!) +
    M[o + 2]! * (M[o + 3]! * M[o + 7]! - M[o + 4]! * M[o + 6]!)
  );
}

/** Replaces M [9] by the nearest rotation. Returns false and keeps M when M is singular or mirrored. */
export function nearestRotation(M: Float64Array, o = 0): boolean {
  if (!(determinant(M, o) > 1e-12)) return false;
  for (let step = 0; step < 40; step++) {
    const [a, b, c, d, e, f, g, h, i] = M.subarray(o, o + 9) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const r = 1 / determinant(M, o);
    const cofactor = [
      e * i - f * h,
      f * g - d * i,
      d * h - e * g,
      c * h - b * i,
      a * i - c * g,
      b * g - a * h,
      b * f - c * e,
      c * d - a * f,
      a * e - b * d,
    ];
    let change = 0;
    for (let k = 0; k < 9; k++) {
      const next = (M[o + k]! + cofactor[k]! * r) / 2;
      change = Math.max(change, Math.abs(next - M[o + k]!));
      M[o + k] = next;
    }
    if (change < 1e-15) break;
  }
  return true;
}

/**
 * Degrees. Yaw > 0: the face turns to image right; pitch > 0: it looks down; roll > 0: counter-clockwise in the image.
 */
export function eulerDegrees(R: Float64Array, o: number): { yaw: number; pitch: number; roll: number } {
  const degrees = 180 / Math.PI;
  return {
    yaw: Math.atan2(R[o + 2]!, R[o + 8]!) * degrees,
    pitch: Math.asin(Math.max(-1, Math.min(1, -R[o + 5]!))) * degrees,
    roll: Math.atan2(R[o + 3]!, R[o + 4]!) * degrees,
  };
}
