// Principal components of a tall matrix by orthogonal iteration on its covariance. Deterministic: the start is a fixed
// low-discrepancy pattern, not random. Made for at most about 1,500 columns and a few dozen components.

export interface PrincipalComponents {
  mean: Float64Array;
  /** [count, columns], orthonormal rows, largest variance first. */
  basis: Float64Array;
  /** Standard deviation along each component. */
  deviation: Float64Array;
}

/** @param rows [n, columns] row-major */
export function principalComponents(
  rows: Float32Array,
  columns: number,
  count: number,
  iterations = 24,
): PrincipalComponents {
  const n = rows.length / columns;
  const mean = new Float64Array(columns);
  for (let i = 0; i < n; i++) for (let c = 0; c < columns; c++) mean[c]! += rows[i * columns + c]! / n;
  const covariance = covarianceOf(rows, columns, mean);
  const k = Math.min(count, columns);
  const extra = Math.min(columns, k + 8);
  let q: Float64Array = new Float64Array(extra * columns);
  for (let i = 0; i < q.length; i++) q[i] = ((i * 0.6180339887498949) % 1) - 0.5;
  orthonormalise(q, extra, columns);
  const variance = new Float64Array(extra);
  for (let it = 0; it < iterations; it++) {
    const next = multiplySymmetric(q, covariance, extra, columns);
    for (let a = 0; a < extra; a++) variance[a] = length(next.subarray(a * columns, (a + 1) * columns));
    orthonormalise(next, extra, columns);
    q = next;
  }
  const order = Array.from({ length: extra }, (_, i) => i)
    .sort((a, b) => variance[b]! - variance[a]!)
    .slice(0, k);
  const basis = new Float64Array(k * columns);
  const deviation = new Float64Array(k);
  order.forEach((from, to) => {
    basis.set(q.subarray(from * columns, (from + 1) * columns), to * columns);
    deviation[to] = Math.sqrt(Math.max(variance[from]!, 0));
  });
  return { mean, basis, deviation };
}

function covarianceOf(rows: Float32Array, columns: number, mean: Float64Array): Float64Array {
  const n = rows.length / columns;
  const covariance = new Float64Array(columns * columns);
  const centred = new Float64Array(columns);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) centred[c] = rows[i * columns + c]! - mean[c]!;
    for (let a = 0; a < columns; a++) {
      const x = centred[a]! / n;
      const row = a * columns;
      for (let b = a; b < columns; b++) covariance[row + b]! += x * centred[b]!;
    }
  }
  for (let a = 0; a < columns; a++)
    for (let b = 0; b < a; b++) covariance[a * columns + b] = covariance[b * columns + a]!;
  return covariance;
}

function multiplySymmetric(q: Float64Array, s: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let a = 0; a < rows; a++) {
    for (let c = 0; c < columns; c++) {
      const x = q[a * columns + c]!;
      for (let b = 0; b < columns; b++) out[a * columns + b]! += x * s[c * columns + b]!;
    }
  }
  return out;
}

/** Modified Gram-Schmidt over rows, twice, which keeps them orthogonal to rounding. */
function orthonormalise(q: Float64Array, rows: number, columns: number): void {
  for (let a = 0; a < rows; a++) {
    const row = q.subarray(a * columns, (a + 1) * columns);
    for (let pass = 0; pass < 2; pass++) {
      for (let b = 0; b < a; b++) {
        const other = q.subarray(b * columns, (b + 1) * columns);
        let dot = 0;
        for (let c = 0; c < columns; c++) dot += row[c]! * other[c]!;
        for (let c = 0; c < columns; c++) row[c]! -= dot * other[c]!;
      }
    }
    let norm = 0;
    for (let c = 0; c < columns; c++) norm += row[c]! * row[c]!;
    norm = Math.sqrt(norm) || 1;
    for (let c = 0; c < columns; c++) row[c]! /= norm;
  }
}

function length(row: Float64Array): number {
  let sum = 0;
  for (const x of row) sum += x * x;
  return Math.sqrt(sum);
}
