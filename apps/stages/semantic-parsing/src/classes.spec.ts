import { describe, expect, it } from '@jest/globals';
import { CLASS_COUNT, NETWORK_SIDE } from '@portrait/face';
import { classesAt, classesOnGrid, differencePercent, mixLogits } from './classes.js';

/** A disc of class 3 in background, with logits that fall off with the distance to its edge. */
function disc(radius: number, cx = NETWORK_SIDE / 2): Float32Array {
  const logits = new Float32Array(NETWORK_SIDE * NETWORK_SIDE * CLASS_COUNT).fill(-10);
  for (let y = 0; y < NETWORK_SIDE; y++) {
    for (let x = 0; x < NETWORK_SIDE; x++) {
      const inside = radius - Math.hypot(x + 0.5 - cx, y + 0.5 - NETWORK_SIDE / 2);
      logits[(y * NETWORK_SIDE + x) * CLASS_COUNT + 3] = inside;
      logits[(y * NETWORK_SIDE + x) * CLASS_COUNT] = -inside;
    }
  }
  return logits;
}
const countOf = (classes: Uint8Array, wanted: number): number =>
  classes.reduce((n, c) => n + (c === wanted ? 1 : 0), 0);

describe('classesAt', () => {
  it('places borders between grid cells, where the logits cross', () => {
    const size = 512;
    const radius = 40.3;
    const classes = classesAt(disc(radius), size);
    let wrong = 0;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++)
        wrong +=
          (classes[y * size + x] === 3) !== Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2) < 2 * radius ? 1 : 0;
    }
    // Nearest-cell lookup is wrong on about 130 pixels; bilinear interpolation bends the border by less than 1/100 px.
    expect(wrong).toBeLessThan(12);
  });

  it('equals the grid at the size of the grid and works at odd ratios', () => {
    expect(classesAt(disc(50), NETWORK_SIDE)).toEqual(classesOnGrid(disc(50)));
    expect(countOf(classesAt(disc(50), 450), 3) / 450 ** 2).toBeCloseTo((Math.PI * 50 ** 2) / NETWORK_SIDE ** 2, 3);
  });

  it('moves a border half way when the logits of two frames are mixed', () => {
    const [a, b] = [disc(40, 120), disc(40, 124)];
    const half = classesOnGrid(mixLogits(a, b, 0.5));
    expect(differencePercent(half, classesOnGrid(disc(40, 122)))).toBeLessThan(0.02);
    expect(differencePercent(classesOnGrid(a), classesOnGrid(b))).toBeGreaterThan(0.3);
  });
});
