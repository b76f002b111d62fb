// The reference: plain loops that define what every backend computes. Also the fastest backend on a CPU, because it
// skips pixels that a kernel has to visit.
import { REGION, type ColumnPlan, type StripBackend, type StripGeometry } from '../geometry.js';

export function openPlainBackend(geometry: StripGeometry): StripBackend {
  return {
    name: 'plain',
    geometry,
    regions: async (labels) => regions(labels, geometry),
    columns: async (map) => columns(map, geometry),
    paint: async (picture, map, plan) => blurNeck(paintStrips(picture, map, plan, geometry), map, plan, geometry),
    close: async () => undefined,
  };
}

function regions(labels: Float32Array, { size, headMargin }: StripGeometry): Float32Array {
  const near = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (labels[y * size + x] !== 1) continue;
      for (let dx = Math.max(0, x - headMargin); dx <= Math.min(size - 1, x + headMargin); dx++)
        near[y * size + dx] = 1;
    }
  }
  const out = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const top = Math.max(0, y - headMargin),
      bottom = Math.min(size - 1, y + headMargin);
    for (let x = 0; x < size; x++) {
      const label = labels[y * size + x]!;
      if (label === 0) continue;
      if (label === 1) {
        out[y * size + x] = REGION.head;
        continue;
      }
      let touched = 0;
      for (let row = top; row <= bottom; row++) touched |= near[row * size + x]!;
      out[y * size + x] = touched ? REGION.margin : label === 2 ? REGION.neck : REGION.torso;
    }
  }
  return out;
}

const hidden = (region: number): boolean => region === REGION.head || region === REGION.margin;

function columns(map: Float32Array, { size, neckReach, neckSink, torsoSink }: StripGeometry): Float32Array {
  const tops = new Float32Array(4 * size).fill(-1);
  for (let x = 0; x < size; x++) {
    for (const [row, region, reach, sink] of [
      [0, REGION.neck, neckReach, neckSink],
      [1, REGION.torso, 1, torsoSink],
    ] as const) {
      let y = 0;
      while (y < size && map[y * size + x] !== region) y++;
      if (y === size) continue;
      let under = false;
      for (let k = 1; k <= reach && y - k >= 0; k++) under ||= hidden(map[(y - k) * size + x]!);
      if (!under) continue;
      tops[row * size + x] = y;
      let source = y;
      while (source < y + sink && source + 1 < size && map[(source + 1) * size + x] === region) source++;
      tops[(2 + row) * size + x] = source;
    }
  }
  return tops;
}

function paintStrips(
  picture: Float32Array,
  map: Float32Array,
  plan: ColumnPlan,
  geometry: StripGeometry,
): Float32Array {
  const { size, torsoStrip, neckStrip } = geometry;
  const out = new Float32Array(size * size).fill(-1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x,
        region = map[i]!;
      if (region === REGION.outside) continue;
      if (!hidden(region)) {
        out[i] = picture[i]!;
        continue;
      }
      const torso = plan.torsoTop[x]! - y,
        neck = plan.neckTop[x]! - y;
      if (torso >= 1 && torso <= torsoStrip) out[i] = shaded(plan.torsoColour[x]!, torso, geometry);
      else if (neck >= 1 && neck <= neckStrip) out[i] = shaded(plan.neckColour[x]!, neck, geometry);
      else if (region === REGION.margin) out[i] = nearestBody(picture, map, x, y, geometry);
    }
  }
  return out;
}

function shaded(colour: number, k: number, { shade }: StripGeometry): number {
  const channel = (c: number): number => (c * shade[k]! + 128) >> 8;
  return (channel(colour >> 16) << 16) | (channel((colour >> 8) & 255) << 8) | channel(colour & 255);
}

/**
 * Colour of the neck or torso nearest along the four axes: below, left, right, above, in this order at equal distance.
 */
function nearestBody(
  picture: Float32Array,
  map: Float32Array,
  x: number,
  y: number,
  { size, headMargin }: StripGeometry,
): number {
  for (let d = 1; d <= 2 * headMargin + 2; d++) {
    for (const [dx, dy] of [
      [0, d],
      [-d, 0],
      [d, 0],
      [0, -d],
    ] as const) {
      const px = x + dx,
        py = y + dy;
      if (px < 0 || py < 0 || px >= size || py >= size) continue;
      const i = py * size + px;
      if (map[i] === REGION.neck || map[i] === REGION.torso) return picture[i]!;
    }
  }
  return -1;
}

/** Weighted mean over the painted pixels around each pixel of the neck strip; transparent pixels do not count. */
function blurNeck(layer: Float32Array, map: Float32Array, plan: ColumnPlan, geometry: StripGeometry): Float32Array {
  const { size, neckStrip, blurRadius, blurWeights } = geometry;
  const out = layer.slice();
  for (let x = 0; x < size; x++) {
    const top = plan.neckTop[x]!;
    for (let y = Math.max(0, top - neckStrip); y < top; y++) {
      const i = y * size + x;
      if (!hidden(map[i]!) || layer[i]! < 0) continue;
      let weight = 0,
        red = 0,
        green = 0,
        blue = 0;
      for (let dy = -blurRadius; dy <= blurRadius; dy++) {
        for (let dx = -blurRadius; dx <= blurRadius; dx++) {
          const px = x + dx,
            py = y + dy;
          if (px < 0 || py < 0 || px >= size || py >= size) continue;
          const colour = layer[py * size + px]!;
          if (colour < 0) continue;
          const w = blurWeights[dx + blurRadius]! * blurWeights[dy + blurRadius]!;
          weight += w;
          red += w * (colour >> 16);
          green += w * ((colour >> 8) & 255);
          blue += w * (colour & 255);
        }
      }
      const mean = (sum: number): number => Math.floor((sum + Math.floor(weight / 2)) / weight);
      out[i] = (mean(red) << 16) | (mean(green) << 8) | mean(blue);
    }
  }
  return out;
}
