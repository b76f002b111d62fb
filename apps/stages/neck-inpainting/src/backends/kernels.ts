// The passes as gpu.js kernels, gather style: each thread computes one number. gpu.js compiles the text of these
// functions, so they contain only arithmetic, loops and reads, and no outside name except `this.constants`. All values
// are integers below 2²⁴ and no quotient is floored near an integer, so single precision on any device gives the bytes
// of plain.ts, the reference.

export interface Thread {
  thread: { x: number; y: number; z: number };
  constants: KernelConstants;
}
export type KernelConstants = {
  size: number;
  headMargin: number;
  torsoStrip: number;
  neckStrip: number;
  neckReach: number;
  neckSink: number;
  torsoSink: number;
  blurRadius: number;
  searchRadius: number;
};

/** 1 where the head lies within its margin in the same row. [size²] */
export function headInRow(this: Thread, labels: number[]): number {
  const size = this.constants.size;
  const i = this.thread.x;
  const x = i - Math.floor(i / size) * size;
  let near = 0;
  for (let d = -this.constants.headMargin; d <= this.constants.headMargin; d++) {
    if (x + d >= 0 && x + d < size) {
      if (labels[i + d]! === 1) near = 1;
    }
  }
  return near;
}

/** Region of each pixel. [size²] */
export function classify(this: Thread, labels: number[], near: number[]): number {
  const size = this.constants.size;
  const i = this.thread.x;
  const y = Math.floor(i / size);
  const label = labels[i]!;
  let region = 0;
  if (label === 1) region = 3;
  if (label > 1) {
    region = label - 1;
    for (let d = -this.constants.headMargin; d <= this.constants.headMargin; d++) {
      if (y + d >= 0 && y + d < size) {
        if (near[i + d * size]! > 0) region = 4;
      }
    }
  }
  return region;
}

/**
 * Threads 0..size-1: top of the neck; then top of the torso, row of the neck's colour, row of the torso's colour.
 * [4·size]
 */
export function columnTops(this: Thread, regions: number[]): number {
  const size = this.constants.size;
  const row = Math.floor(this.thread.x / size);
  const x = this.thread.x - row * size;
  let wanted = 1;
  let reach = this.constants.neckReach;
  let sink = this.constants.neckSink;
  if (row === 1 || row === 3) {
    wanted = 2;
    reach = 1;
    sink = this.constants.torsoSink;
  }
  let top = -1;
  for (let y = 0; y < size; y++) {
    if (top < 0 && regions[y * size + x]! === wanted) top = y;
  }
  let under = 0;
  for (let k = 1; k <= reach; k++) {
    if (top - k >= 0) {
      if (regions[(top - k) * size + x]! > 2) under = 1;
    }
  }
  let result = -1;
  if (top >= 0 && under > 0) {
    result = top;
    if (row > 1) {
      let inside = 1;
      for (let k = 1; k <= sink; k++) {
        if (top + k >= size) inside = 0;
        if (inside > 0) {
          if (regions[(top + k) * size + x]! === wanted) result = top + k;
          else inside = 0;
        }
      }
    }
  }
  return result;
}

/** Neck and torso as they are, strips above them, the margin from its neighbours; -1 elsewhere. [size²] */
export function paintStrips(
  this: Thread,
  picture: number[],
  regions: number[],
  neckTop: number[],
  neckColour: number[],
  torsoTop: number[],
  torsoColour: number[],
  shade: number[],
): number {
  const size = this.constants.size;
  const i = this.thread.x;
  const y = Math.floor(i / size);
  const x = i - y * size;
  const region = regions[i]!;
  let colour = -1;
  if (region === 1 || region === 2) colour = picture[i]!;
  if (region > 2) {
    const torso = torsoTop[x]! - y;
    const neck = neckTop[x]! - y;
    let k = 0;
    let base = 0;
    if (neck >= 1 && neck <= this.constants.neckStrip) {
      k = neck;
      base = neckColour[x]!;
    }
    if (torso >= 1 && torso <= this.constants.torsoStrip) {
      k = torso;
      base = torsoColour[x]!;
    }
    if (k > 0) {
      const red = Math.floor(base / 65536);
      const green = Math.floor(base / 256) - red * 256;
      const blue = base - red * 65536 - green * 256;
      const bright = shade[k]!;
      colour =
        Math.floor((red * bright + 128) / 256) * 65536 +
        Math.floor((green * bright + 128) / 256) * 256 +
        Math.floor((blue * bright + 128) / 256);
    } else if (region === 4) {
      for (let d = 1; d <= this.constants.searchRadius; d++) {
        if (colour < 0 && y + d < size) {
          const below = regions[i + d * size]!;
          if (below === 1 || below === 2) colour = picture[i + d * size]!;
        }
        if (colour < 0 && x - d >= 0) {
          const left = regions[i - d]!;
          if (left === 1 || left === 2) colour = picture[i - d]!;
        }
        if (colour < 0 && x + d < size) {
          const right = regions[i + d]!;
          if (right === 1 || right === 2) colour = picture[i + d]!;
        }
        if (colour < 0 && y - d >= 0) {
          const above = regions[i - d * size]!;
          if (above === 1 || above === 2) colour = picture[i - d * size]!;
        }
      }
    }
  }
  return colour;
}

/** Blur inside the neck strip. [size²] */
export function blurNeck(
  this: Thread,
  layer: number[],
  regions: number[],
  neckTop: number[],
  weights: number[],
): number {
  const size = this.constants.size;
  const radius = this.constants.blurRadius;
  const i = this.thread.x;
  const y = Math.floor(i / size);
  const x = i - y * size;
  const above = neckTop[x]! - y;
  let colour = layer[i]!;
  if (colour >= 0 && regions[i]! > 2 && above >= 1 && above <= this.constants.neckStrip) {
    let weight = 0;
    let reds = 0;
    let greens = 0;
    let blues = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (x + dx >= 0 && x + dx < size && y + dy >= 0 && y + dy < size) {
          const other = layer[i + dy * size + dx]!;
          if (other >= 0) {
            const w = weights[dx + radius]! * weights[dy + radius]!;
            const red = Math.floor(other / 65536);
            const green = Math.floor(other / 256) - red * 256;
            weight += w;
            reds += w * red;
            greens += w * green;
            blues += w * (other - red * 65536 - green * 256);
          }
        }
      }
    }
    const half = Math.floor(weight / 2);
    colour =
      Math.floor((reds + half) / weight) * 65536 +
      Math.floor((greens + half) / weight) * 256 +
      Math.floor((blues + half) / weight);
  }
  return colour;
}
