// Tells whether two stretches of one recording show different people, by the proportions of the head (face-shape.ts)
// and a small picture of it. Not an identity: it is only asked across a cut.
import { CHIN } from '@portrait/face';
import { shapeDistance } from './face-shape.js';
import { median } from './statistics.js';

/** Side of the small picture. It spans the face, the hair and the cheeks, two eye-line lengths wide. */
const PATCH = 24;
const RIGHT_EYE_CORNER = 33;
const LEFT_EYE_CORNER = 263;

/** [24·24] gray levels round the face, placed by eyes and chin, mean 0 and norm 1; so neither light nor size counts. */
export function facePatch(rgba: Uint8Array, width: number, height: number, points: Float32Array): Float32Array {
  const at = (id: number): [number, number] => [points[3 * id]!, points[3 * id + 1]!];
  const [right, left, chin] = [at(RIGHT_EYE_CORNER), at(LEFT_EYE_CORNER), at(CHIN)];
  const middle = [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2] as const;
  const across = [left[0] - right[0], left[1] - right[1]] as const;
  const down = [chin[0] - middle[0], chin[1] - middle[1]] as const;
  const patch = new Float32Array(PATCH * PATCH);
  for (let j = 0; j < PATCH; j += 1) {
    for (let i = 0; i < PATCH; i += 1) {
      const u = (2 * (i + 0.5)) / PATCH - 1;
      const v = (2 * (j + 0.5)) / PATCH - 1;
      patch[j * PATCH + i] = smoothGray(
        rgba,
        width,
        height,
        Math.round(middle[0] + u * across[0] + v * down[0]),
        Math.round(middle[1] + u * across[1] + v * down[1]),
      );
    }
  }
  const average = patch.reduce((a, b) => a + b, 0) / patch.length;
  const norm = Math.sqrt(patch.reduce((sum, v) => sum + (v - average) ** 2, 0)) || 1;
  return patch.map((v) => (v - average) / norm);
}

/** Mean of 5×5 pixels, edges repeated. */
function smoothGray(rgba: Uint8Array, width: number, height: number, x: number, y: number): number {
  let sum = 0;
  for (let dy = -2; dy <= 2; dy += 1) {
    for (let dx = -2; dx <= 2; dx += 1) {
      const i = 4 * (Math.max(0, Math.min(height - 1, y + dy)) * width + Math.max(0, Math.min(width - 1, x + dx)));
      sum += 0.299 * rgba[i]! + 0.587 * rgba[i + 1]! + 0.114 * rgba[i + 2]!;
    }
  }
  return sum / 25;
}

export interface Head {
  shape: Float32Array;
  patch: Float32Array;
}

const MOST_HEADS = 60;

/**
 * Each head of `some` against the most alike of `others` (poses differ, so means would lie), in the middle of the list.
 * Ten heads a side, four recordings: same person 0.3 to 1.95, different people 1.8 (two much alike) and 3.2 to 4.1.
 */
export function personDistance(some: readonly Head[], others: readonly Head[]): number {
  const [few, many] = [thinned(some), thinned(others)];
  const shapes = few.map((a) => Math.min(...many.map((b) => shapeDistance(a.shape, b.shape))));
  const patches = few.map((a) =>
    Math.min(...many.map((b) => 1 - a.patch.reduce((sum, v, i) => sum + v * b.patch[i]!, 0))),
  );
  return median(shapes) / 0.03 + median(patches) / 0.2;
}

function thinned(heads: readonly Head[]): readonly Head[] {
  const step = Math.max(1, heads.length / MOST_HEADS);
  return Array.from({ length: Math.min(heads.length, MOST_HEADS) }, (_, i) => heads[Math.floor(i * step)]!);
}
