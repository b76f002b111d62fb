// A rigid fit is defined only up to a similarity of the head. The gauge: fitted points keep centroid, orientation and
// size of the canonical points. Projections do not change.
import { multiply, nearestRotation } from './rotation.js';

interface Aligned {
  rotations: Float64Array;
  translations: Float64Array;
  shape: Float64Array;
}

export function alignShape(fit: Aligned, canonical: Float64Array): void {
  const { shape, rotations, translations } = fit;
  const c = centroid(shape),
    c0 = centroid(canonical);
  const M = new Float64Array(9);
  let spread = 0,
    spread0 = 0;
  for (let n = 0; n < shape.length; n += 3) {
    for (let i = 0; i < 3; i++) {
      const to = canonical[n + i]! - c0[i]!;
      spread0 += to * to;
      spread += (shape[n + i]! - c[i]!) ** 2;
      for (let j = 0; j < 3; j++) M[i * 3 + j]! += to * (shape[n + j]! - c[j]!);
    }
  }
  if (!nearestRotation(M)) return; // flat or mirrored points have no orientation
  const k = Math.sqrt(spread0 / spread);
  for (let n = 0; n < shape.length; n += 3) {
    const x = shape[n]! - c[0]!,
      y = shape[n + 1]! - c[1]!,
      z = shape[n + 2]! - c[2]!;
    for (let i = 0; i < 3; i++) shape[n + i] = k * (M[i * 3]! * x + M[i * 3 + 1]! * y + M[i * 3 + 2]! * z) + c0[i]!;
  }
  // p = R s + t and s' = k M (s - c) + c0 give R' = R Mᵀ and t' = k (R c + t) - R' c0 for the same picture.
  const back = Float64Array.of(M[0]!, M[3]!, M[6]!, M[1]!, M[4]!, M[7]!, M[2]!, M[5]!, M[8]!);
  for (let f = 0; f * 9 < rotations.length; f++) {
    const r = f * 9;
    for (let i = 0; i < 3; i++) {
      translations[f * 3 + i] =
        k *
        (rotations[r + i * 3]! * c[0]! +
          rotations[r + i * 3 + 1]! * c[1]! +
          rotations[r + i * 3 + 2]! * c[2]! +
          translations[f * 3 + i]!);
    }
    multiply(rotations, r, back, 0, rotations, r);
    for (let i = 0; i < 3; i++) {
      translations[f * 3 + i]! -=
        rotations[r + i * 3]! * c0[0]! + rotations[r + i * 3 + 1]! * c0[1]! + rotations[r + i * 3 + 2]! * c0[2]!;
    }
  }
}

function centroid(points: Float64Array): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (let n = 0; n < points.length; n += 3) for (const i of [0, 1, 2] as const) sum[i] += points[n + i]!;
  const count = points.length / 3;
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}
