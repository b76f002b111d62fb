// Where the head can be, before anything is learnt: the visual hull of the head masks, cut down to a band of depth
// around the canonical face. Starting from it decides whether training on a CPU works at all: from a full cube the
// 16 samples of a ray are spent in the empty front of it.
import type { Transforms } from '@portrait/contracts';
import { camerasOf, intrinsicsOf, project } from './camera.js';

/** Cells along an edge of the density grid. */
export const GRID = 128;

export interface Mesh {
  /** [V,3], cm, canonical axes: x to the subject's left, y up, z towards the camera. */
  vertices: Float32Array;
  /** [T,3] */
  triangles: Uint16Array | Uint32Array;
}

export interface HullOptions {
  /** How far a mask is grown before carving, share of the image side. Default 1/64. */
  growth?: number;
  /** Band inside the face oval: behind and before the mesh, world units. */
  insideBand?: [number, number];
  /** Band outside of it (hair, ears, neck side). */
  outsideBand?: [number, number];
}

/** @returns [128³] x fastest: 1 where the head may be, 0 where it never is. */
export function visualHull(
  transforms: Transforms,
  masks: { frame: number; mask: Uint8Array }[],
  mesh: Mesh,
  options: HullOptions = {},
): Uint8Array {
  const { growth = 1 / 64, insideBand = [0.14, 0.06], outsideBand = [0.32, 0.1] } = options;
  const keep = new Uint8Array(GRID ** 3);
  const k = intrinsicsOf(transforms);
  const cameras = camerasOf(transforms);
  const radius = Math.max(1, Math.round(k.width * growth));
  const views = masks.map(({ frame, mask }) => ({
    camera: cameras.subarray(frame * 12, frame * 12 + 12),
    mask: growMask(mask, k.width, k.height, radius),
  }));
  const depth = depthMap(mesh, transforms);
  const coordinate = (i: number): number => ((i + 0.5) * 2) / GRID - 1;

  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const column = y * GRID + x;
      const [behind, before] = depth.inside[column] ? insideBand : outsideBand;
      const from = Math.max(0, Math.floor(((depth.z[column]! - behind + 1) / 2) * GRID));
      const to = Math.min(GRID - 1, Math.ceil(((depth.z[column]! + before + 1) / 2) * GRID));
      for (let z = from; z <= to; z++) {
        if (seenByAll(views, k, coordinate(x), coordinate(y), coordinate(z))) keep[(z * GRID + y) * GRID + x] = 1;
      }
    }
  }
  return keep;
}

function seenByAll(
  views: { camera: Float32Array; mask: Uint8Array }[],
  k: ReturnType<typeof intrinsicsOf>,
  x: number,
  y: number,
  z: number,
): boolean {
  for (const { camera, mask } of views) {
    const pixel = project(camera, k, x, y, z);
    if (!pixel) return false;
    // Outside the picture its border decides: hair cut off by the frame goes on above it, but no head hides where the
    // border is empty.
    const u = Math.max(0, Math.min(k.width - 1, Math.floor(pixel[0])));
    const v = Math.max(0, Math.min(k.height - 1, Math.floor(pixel[1])));
    if (!mask[v * k.width + u]) return false;
  }
  return true;
}

/** Square dilation by a running maximum, rows then columns. */
function growMask(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const rows = new Uint8Array(mask.length);
  const out = new Uint8Array(mask.length);
  spread(mask, rows, height, width, width, 1, radius);
  spread(rows, out, width, height, 1, width, radius);
  return out;
}

function spread(
  from: Uint8Array,
  to: Uint8Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  radius: number,
): void {
  for (let line = 0; line < lines; line++) {
    let last = -Infinity;
    const base = line * lineStep;
    for (let i = 0; i < length + radius; i++) {
      if (i < length && from[base + i * step]) last = i;
      const target = i - radius;
      if (target >= 0 && i - last <= 2 * radius) to[base + target * step] = 1;
    }
  }
}

/**
 * Front surface of the mesh over the (x, y) columns of the grid, extended beyond the face by its nearest value and
 * smoothed there.
 */
function depthMap(mesh: Mesh, transforms: Transforms): { z: Float32Array; inside: Uint8Array } {
  const z = new Float32Array(GRID * GRID).fill(-Infinity);
  const { scale, origin } = transforms;
  const count = mesh.vertices.length / 3;
  const points = new Float32Array(count * 3);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) points[i * 3 + c] = (mesh.vertices[i * 3 + c]! - origin[c]!) * scale;
  for (let t = 0; t < mesh.triangles.length; t += 3)
    rasterise(z, points, mesh.triangles[t]!, mesh.triangles[t + 1]!, mesh.triangles[t + 2]!);
  const covered = Uint8Array.from(z, (value) => (value === -Infinity ? 0 : 1));
  fillNearest(z);
  const smooth = blur(z, 2);
  const inside = erode(covered, 2);
  for (let i = 0; i < z.length; i++) if (!inside[i]) z[i] = smooth[i]!;
  return { z, inside };
}

function rasterise(z: Float32Array, p: Float32Array, a: number, b: number, c: number): void {
  const cell = (v: number): number => ((v + 1) / 2) * GRID - 0.5;
  const [ax, ay, bx, by, cx, cy] = [p[a * 3]!, p[a * 3 + 1]!, p[b * 3]!, p[b * 3 + 1]!, p[c * 3]!, p[c * 3 + 1]!].map(
    cell,
  ) as [number, number, number, number, number, number];
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (area === 0) return;
  for (
    let y = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
    y <= Math.min(GRID - 1, Math.floor(Math.max(ay, by, cy)));
    y++
  ) {
    for (
      let x = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
      x <= Math.min(GRID - 1, Math.floor(Math.max(ax, bx, cx)));
      x++
    ) {
      const u = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
      const v = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
      if (u < -1e-6 || v < -1e-6 || u + v > 1 + 1e-6) continue;
      const depth = p[a * 3 + 2]! + u * (p[b * 3 + 2]! - p[a * 3 + 2]!) + v * (p[c * 3 + 2]! - p[a * 3 + 2]!);
      if (depth > z[y * GRID + x]!) z[y * GRID + x] = depth;
    }
  }
}

/** Breadth first from the covered cells. */
function fillNearest(z: Float32Array): void {
  let front: number[] = [];
  for (let i = 0; i < z.length; i++) if (z[i] !== -Infinity) front.push(i);
  while (front.length > 0) {
    const next: number[] = [];
    for (const i of front) {
      const x = i % GRID;
      for (const j of [x > 0 ? i - 1 : -1, x < GRID - 1 ? i + 1 : -1, i - GRID, i + GRID]) {
        if (j >= 0 && j < z.length && z[j] === -Infinity) {
          z[j] = z[i]!;
          next.push(j);
        }
      }
    }
    front = next;
  }
}

function blur(z: Float32Array, sigma: number): Float32Array {
  const radius = Math.ceil(sigma * 2);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const total = kernel.reduce((a, b) => a + b, 0);
  const pass = (from: Float32Array, step: number): Float32Array =>
    from.map((_, i) => {
      const along = step === 1 ? i % GRID : (i / GRID) | 0;
      let sum = 0;
      for (let k = -radius; k <= radius; k++)
        sum += kernel[k + radius]! * from[i + (Math.min(GRID - 1, Math.max(0, along + k)) - along) * step]!;
      return sum / total;
    });
  return pass(pass(z, 1), GRID);
}

function erode(mask: Uint8Array, radius: number): Uint8Array {
  return mask.map((_, i) => {
    const x = i % GRID;
    const y = (i / GRID) | 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const u = x + dx;
        const v = y + dy;
        if (u < 0 || v < 0 || u >= GRID || v >= GRID || !mask[v * GRID + u]) return 0;
      }
    }
    return 1;
  });
}
