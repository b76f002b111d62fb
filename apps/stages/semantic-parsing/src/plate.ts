// The picture behind the person (RAD-NeRF preprocessing: frames at an interval, pixels far enough from the person).
// Two things differ from the released code, both because they show. It takes each pixel from the one frame where it is farthest
// from the person: neighbouring pixels then come from different moments and light changes leave seams; here all frames in which the
// pixel is far enough are averaged, weighted by how far. It fills what is never seen with the nearest seen pixel, in streaks and
// blocks; here the fill is the smoothest one that meets its border (fill.ts).
import { LABEL } from '@portrait/face';
import { distanceTransform } from './distance-transform.js';
import { fillSmoothly } from './fill.js';

export class Plate {
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  /** @param minimumDistance from the person, px */
  constructor(
    readonly size: number,
    readonly minimumDistance: number,
  ) {
    this.#sums = new Float32Array(size * size * 3);
    this.#weights = new Float32Array(size * size);
  }

  /** `rgb` [size,size,3], `labels` [size,size]. */
  add(rgb: Uint8Array, labels: Uint8Array): void {
    const person = labels.map((l) => (l === LABEL.background ? 0 : 1));
    const distances = distanceTransform(person, this.size, this.size);
    for (let p = 0; p < distances.length; p++) {
      const beyond = Math.min(distances[p]! - this.minimumDistance, this.size);
      if (!(beyond > 0)) continue;
      this.#weights[p]! += beyond;
      for (let c = 0; c < 3; c++) this.#sums[p * 3 + c]! += beyond * rgb[p * 3 + c]!;
    }
  }

  /** Share of pixels seen at least once, 0…1. */
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
