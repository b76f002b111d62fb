// A polygon of a picture as a smooth mask: exact coverage of its pixels, then three box averages, which are nearly a
// Gaussian. Widths are fractions of a pixel throughout, so that a mask that moves slowly does not twitch from pixel to
// pixel.
import type { Window } from '../behind-head.js';

/** Rows of a pixel that are sampled; columns are covered exactly. */
const SUBROWS = 4;
/** Averages in a row: three boxes of this many px a side (measured from the middle) reach 3 sides from the edge. */
const PASSES = 3;
const CRUMB = 1e-4;

/**
 * Coverage 0…1 of the pixels of `window`, softened over `feather` px on both sides of the polygon's edge: beyond it the
 * mask is exactly 0 outside and exactly 1 inside.
 * @param polygon x, y of its corners in px, any orientation; pixel centres at +0.5
 */
export function softPolygon(polygon: Float64Array, window: Window, feather: number): Float32Array {
  const { width, height } = window;
  const mask = coverage(polygon, window);
  const scratch = new Float32Array(width * height);
  const half = feather / PASSES;
  for (let pass = 0; pass < PASSES; pass++) {
    boxRows(mask, scratch, width, height, half);
    boxColumns(scratch, mask, width, height, half);
  }
  // Running sums leave crumbs where the mask is exactly 0 or 1.
  for (let k = 0; k < mask.length; k++) {
    if (mask[k]! < CRUMB) mask[k] = 0;
    else if (mask[k]! > 1 - CRUMB) mask[k] = 1;
  }
  return mask;
}

/** Smallest window of whole pixels that holds the softened polygon, inside a picture of `size` px. */
export function windowAround(polygon: Float64Array, feather: number, size: number): Window {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < polygon.length; k += 2) {
    minX = Math.min(minX, polygon[k]!);
    maxX = Math.max(maxX, polygon[k]!);
    minY = Math.min(minY, polygon[k + 1]!);
    maxY = Math.max(maxY, polygon[k + 1]!);
  }
  const inside = (v: number): number => Math.min(Math.max(v, 0), size);
  const left = inside(Math.floor(minX - feather));
  const top = inside(Math.floor(minY - feather));
  return {
    left,
    top,
    width: Math.max(0, inside(Math.ceil(maxX + feather)) - left),
    height: Math.max(0, inside(Math.ceil(maxY + feather)) - top),
  };
}

function coverage(polygon: Float64Array, { left, top, width, height }: Window): Float32Array {
  const out = new Float32Array(width * height);
  const corners = polygon.length / 2;
  const crossings: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let sub = 0; sub < SUBROWS; sub++) {
      const at = top + y + (sub + 0.5) / SUBROWS;
      crossings.length = 0;
      for (let k = 0, before = corners - 1; k < corners; before = k++) {
        const y0 = polygon[before * 2 + 1]!;
        const y1 = polygon[k * 2 + 1]!;
        if (y0 <= at === y1 <= at) continue;
        const x0 = polygon[before * 2]!;
        crossings.push(x0 + ((at - y0) / (y1 - y0)) * (polygon[k * 2]! - x0) - left);
      }
      crossings.sort((a, b) => a - b);
      for (let k = 0; k + 1 < crossings.length; k += 2)
        addSpan(out, y * width, width, Math.max(0, crossings[k]!), Math.min(width, crossings[k + 1]!));
    }
  }
  return out;
}

function addSpan(out: Float32Array, row: number, width: number, from: number, to: number): void {
  if (to <= from) return;
  const first = Math.min(width - 1, Math.floor(from));
  const last = Math.min(width - 1, Math.floor(to));
  const weight = 1 / SUBROWS;
  if (first === last) {
    out[row + first]! += (to - from) * weight;
    return;
  }
  out[row + first]! += (first + 1 - from) * weight;
  for (let x = first + 1; x < last; x++) out[row + x]! += weight;
  out[row + last]! += (to - last) * weight;
}

/** Mean over ±half px along rows; the picture goes on beyond its border as it ends. */
function boxRows(from: Float32Array, to: Float32Array, width: number, height: number, half: number): void {
  for (let y = 0; y < height; y++) boxLine(from, to, y * width, 1, width, half);
}

function boxColumns(from: Float32Array, to: Float32Array, width: number, height: number, half: number): void {
  for (let x = 0; x < width; x++) boxLine(from, to, x, width, height, half);
}

function boxLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  half: number,
): void {
  const reach = Math.max(0, half - 0.5);
  const whole = Math.floor(reach);
  const part = reach - whole;
  const last = length - 1;
  const value = (at: number): number => from[start + (at < 0 ? 0 : at > last ? last : at) * step]!;
  let sum = 0;
  for (let k = -whole; k <= whole; k++) sum += value(k);
  const share = 1 / (2 * reach + 1);
  for (let at = 0; at < length; at++) {
    to[start + at * step] = (sum + part * (value(at - whole - 1) + value(at + whole + 1))) * share;
    sum += value(at + whole + 1) - value(at - whole);
  }
}
