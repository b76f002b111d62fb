// The plate: the picture behind the person (RAD-NeRF preprocessing: frames at an interval, pixels far from the person).
// Two visible differences from the released code:
// - It takes each pixel from the frame where the person is farthest away, so light changes leave seams. Here all frames
//   with enough distance are averaged, weighted by distance.
// - It fills hidden pixels with the nearest seen pixel, in streaks and blocks. Here the fill is smooth (smooth-fill).
import { LABEL } from '@portrait/face';
import { distanceTransform } from './distance-transform.js';
import { fillSmoothly } from './smooth-fill.js';

export class Plate {
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  /** @param minDistancePx from the person */
  constructor(
    readonly size: number,
    readonly minDistancePx: number,
  ) {
    this.#sums = new Float32Array(size * size * 3);
    this.#weights = new Float32Array(size * size);
  }

  /** `rgb` [size,size,3], `labels` [size,size]. */
  add(rgb: Uint8Array, labels: Uint8Array): void {
    const person = labels.map((l) => (l === LABEL.background ? 0 : 1));
    const distances = distanceTransform(person, this.size, this.size);
    for (let p = 0; p < distances.length; p++) {
      const beyond = Math.min(distances[p]! - this.minDistancePx, this.size);
      if (!(beyond > 0)) continue;
      this.#weights[p]! += beyond;
      for (let c = 0; c < 3; c++) this.#sums[p * 3 + c]! += beyond * rgb[p * 3 + c]!;
    }
  }

  /** Share of pixels seen in at least one frame, 0…1. */
  get seen(): number {
    let count = 0;
    for (const w of this.#weights) if (w > 0) count++;
    return count / this.#weights.length;
  }

  /** [size,size,3] */
  finish(): Uint8Array {
    const mean = new Float32Array(this.#sums.length);
    const known = new Uint8Array(this.#weights.length);
    for (let p = 0; p < known.length; p++) {
      const w = this.#weights[p]!;
      if (!(w > 0)) continue;
      known[p] = 1;
      for (let c = 0; c < 3; c++) mean[p * 3 + c] = this.#sums[p * 3 + c]! / w;
    }
    return Uint8Array.from(fillSmoothly(mean, known, this.size), (v) => Math.min(255, Math.max(0, Math.round(v))));
  }
}
