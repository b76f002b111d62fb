// Fills unknown pixels with the smoothest surface that meets the known ones (Laplace's equation), coarse to fine: each
// level starts from the next coarser one, which is half as wide, and is relaxed.

/** Relaxation sweeps per level (ours). More sweeps change the result by less than one grey level. */
const SWEEPS_PER_LEVEL = 40;

/** `values` [size,size,3] → a copy whose unknown pixels are filled. All black if no pixel is known. */
export function fillSmoothly(values: Float32Array, known: Uint8Array, size: number): Float32Array {
  const filled = values.slice();
  if (known.every(Boolean) || size < 2 || !known.some(Boolean)) return filled;
  const half = size >> 1;
  const { values: coarse, known: coarseKnown } = downsample(values, known, size, half);
  upsampleUnknown(fillSmoothly(coarse, coarseKnown, half), half, filled, known, size);
  relax(filled, known, size);
  return filled;
}

/** Mean of the known pixels of each 2×2 block. */
function downsample(
  values: Float32Array,
  known: Uint8Array,
  size: number,
  half: number,
): { values: Float32Array; known: Uint8Array } {
  const result = { values: new Float32Array(half * half * 3), known: new Uint8Array(half * half) };
  const counts = new Float32Array(half * half);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const p = y * size + x;
      if (!known[p]) continue;
      const q = Math.min(y >> 1, half - 1) * half + Math.min(x >> 1, half - 1);
      counts[q]!++;
      result.known[q] = 1;
      for (let c = 0; c < 3; c++) result.values[q * 3 + c]! += values[p * 3 + c]!;
    }
  }
  for (let q = 0; q < counts.length; q++)
    if (counts[q]! > 0) for (let c = 0; c < 3; c++) result.values[q * 3 + c]! /= counts[q]!;
  return result;
}

/** Writes the coarse surface, interpolated bilinearly, to the unknown pixels of the fine one. */
function upsampleUnknown(
  coarse: Float32Array,
  half: number,
  fine: Float32Array,
  known: Uint8Array,
  size: number,
): void {
  const at = (i: number): [low: number, high: number, weight: number] => {
    const v = Math.min(Math.max((i + 0.5) / 2 - 0.5, 0), half - 1);
    const low = Math.floor(v);
    return [low, Math.min(low + 1, half - 1), v - low];
  };
  for (let y = 0; y < size; y++) {
    const [y0, y1, wy] = at(y);
    for (let x = 0; x < size; x++) {
      const p = y * size + x;
      if (known[p]) continue;
      const [x0, x1, wx] = at(x);
      for (let c = 0; c < 3; c++) {
        const upper = coarse[(y0 * half + x0) * 3 + c]! * (1 - wx) + coarse[(y0 * half + x1) * 3 + c]! * wx;
        const lower = coarse[(y1 * half + x0) * 3 + c]! * (1 - wx) + coarse[(y1 * half + x1) * 3 + c]! * wx;
        fine[p * 3 + c] = upper * (1 - wy) + lower * wy;
      }
    }
  }
}

/** Gauss–Seidel: every unknown pixel becomes the mean of its neighbours inside the picture. */
function relax(values: Float32Array, known: Uint8Array, size: number): void {
  const unknown: number[] = [];
  for (let p = 0; p < known.length; p++) if (!known[p]) unknown.push(p);
  const row = size * 3;
  for (let sweep = 0; sweep < SWEEPS_PER_LEVEL; sweep++) {
    for (const p of unknown) {
      const x = p % size;
      const y = (p - x) / size;
      const at = p * 3;
      const neighbours = (x > 0 ? 1 : 0) + (x < size - 1 ? 1 : 0) + (y > 0 ? 1 : 0) + (y < size - 1 ? 1 : 0);
      for (let c = at; c < at + 3; c++) {
        let sum = 0;
        if (x > 0) sum += values[c - 3]!;
        if (x < size - 1) sum += values[c + 3]!;
        if (y > 0) sum += values[c - row]!;
        if (y < size - 1) sum += values[c + row]!;
        values[c] = sum / neighbours;
      }
    }
  }
}
