// Logits on the network's grid → the most likely class of every pixel of the picture.
import { CLASS_COUNT, NETWORK_SIDE } from '@portrait/face';

export function classesOnGrid(logits: Float32Array): Uint8Array {
  const classes = new Uint8Array(logits.length / CLASS_COUNT);
  for (let p = 0, at = 0; p < classes.length; p++, at += CLASS_COUNT) {
    let best = 0;
    for (let c = 1; c < CLASS_COUNT; c++) if (logits[at + c]! > logits[at + best]!) best = c;
    classes[p] = best;
  }
  return classes;
}

/** (1−weight)·a + weight·b */
export function mixLogits(a: Float32Array, b: Float32Array, weight: number): Float32Array {
  const mixed = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) mixed[i] = a[i]! + weight * (b[i]! - a[i]!);
  return mixed;
}

/** Share of pixels that differ, percent. */
export function differencePercent(a: Uint8Array, b: Uint8Array): number {
  let different = 0;
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) different++;
  return (100 * different) / a.length;
}

interface GridPosition {
  low: number;
  high: number;
  weight: number;
}

/** Grid cells and weight to interpolate between, for every pixel of one axis. */
function gridPositions(size: number): GridPosition[] {
  return Array.from({ length: size }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * NETWORK_SIDE) / size - 0.5, 0), NETWORK_SIDE - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, NETWORK_SIDE - 1), weight: at - low };
  });
}

/**
 * Class map [size,size]. Logits are interpolated bilinearly before the most likely class is taken, so that borders are
 * smooth. Where all four corners agree on a class every mixture of them does, so only cells at borders are computed.
 */
export function classesAt(logits: Float32Array, size: number): Uint8Array {
  const grid = classesOnGrid(logits);
  if (size === NETWORK_SIDE) return grid;
  const axis = gridPositions(size);
  const classes = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    const v = axis[y]!;
    const [top, bottom] = [v.low * NETWORK_SIDE, v.high * NETWORK_SIDE];
    for (let x = 0; x < size; x++) {
      const h = axis[x]!;
      const [a, b, c, d] = [top + h.low, top + h.high, bottom + h.low, bottom + h.high];
      const first = grid[a]!;
      classes[y * size + x] =
        first === grid[b] && first === grid[c] && first === grid[d]
          ? first
          : mostLikelyClass(logits, a, b, c, d, h.weight, v.weight);
    }
  }
  return classes;
}

function mostLikelyClass(
  logits: Float32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  across: number,
  down: number,
): number {
  let best = 0;
  let highest = -Infinity;
  for (let k = 0; k < CLASS_COUNT; k++) {
    const upper = logits[a * CLASS_COUNT + k]! * (1 - across) + logits[b * CLASS_COUNT + k]! * across;
    const lower = logits[c * CLASS_COUNT + k]! * (1 - across) + logits[d * CLASS_COUNT + k]! * across;
    const value = upper * (1 - down) + lower * down;
    if (value > highest) {
      highest = value;
      best = k;
    }
  }
  return best;
}
