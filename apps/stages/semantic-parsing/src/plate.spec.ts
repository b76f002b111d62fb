import { describe, expect, it } from '@jest/globals';
import { LABEL } from '@portrait/face';
import { fillSmoothly } from './smooth-fill.js';
import { Plate } from './plate.js';

const SIZE = 64;
/** A wall that becomes brighter to the right and downwards. */
const wall = (x: number, y: number): number => 40 + 2 * x + y;

function frameWithPersonAt(left: number, right: number): { rgb: Uint8Array; labels: Uint8Array } {
  const rgb = new Uint8Array(SIZE * SIZE * 3);
  const labels = new Uint8Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const inside = x >= left && x < right && y >= 20;
      const p = y * SIZE + x;
      rgb.fill(inside ? 250 : wall(x, y), p * 3, p * 3 + 3);
      labels[p] = inside ? LABEL.torso : LABEL.background;
    }
  }
  return { rgb, labels };
}

describe('Plate', () => {
  it('shows the wall where any frame shows it and fills the rest smoothly', () => {
    const plate = new Plate(SIZE, 2);
    for (const [left, right] of [
      [10, 34],
      [26, 50],
    ] as const) {
      const { rgb, labels } = frameWithPersonAt(left, right);
      plate.add(rgb, labels);
    }
    expect(plate.seen).toBeGreaterThan(0.8);
    expect(plate.seen).toBeLessThan(1);
    const picture = plate.finish();
    for (const [x, y] of [
      [2, 2],
      [15, 40],
      [45, 40],
      [60, 60],
    ] as const)
      expect(picture[(y * SIZE + x) * 3]).toBe(wall(x, y));
    // Hidden in both frames: the smooth fill follows the linear wall, except near the free lower edge.
    for (const [x, y] of [
      [30, 25],
      [30, 40],
    ] as const)
      expect(Math.abs(picture[(y * SIZE + x) * 3]! - wall(x, y))).toBeLessThan(6);
    expect(Math.max(...picture)).toBeLessThan(250); // nothing of the person
  });

  it('ignores pixels near the edge of the person', () => {
    const plate = new Plate(SIZE, 5);
    const { rgb, labels } = frameWithPersonAt(20, 40);
    rgb.fill(0, (40 * SIZE + 41) * 3, (40 * SIZE + 43) * 3); // a dark rim beside the person
    plate.add(rgb, labels);
    const at = (40 * SIZE + 41) * 3;
    expect(Math.abs(plate.finish()[at]! - wall(41, 40))).toBeLessThan(15);
  });
});

describe('fillSmoothly', () => {
  it('continues a slope through a hole', () => {
    const values = new Float32Array(SIZE * SIZE * 3);
    const known = new Uint8Array(SIZE * SIZE).fill(1);
    for (let p = 0; p < known.length; p++) values.fill(wall(p % SIZE, Math.floor(p / SIZE)), p * 3, p * 3 + 3);
    for (let y = 20; y < 44; y++)
      for (let x = 16; x < 48; x++) {
        known[y * SIZE + x] = 0;
        values.fill(-1000, (y * SIZE + x) * 3, (y * SIZE + x) * 3 + 3);
      }
    const filled = fillSmoothly(values, known, SIZE);
    let worst = 0;
    for (let p = 0; p < known.length; p++)
      worst = Math.max(worst, Math.abs(filled[p * 3]! - wall(p % SIZE, Math.floor(p / SIZE))));
    // The exact solution is the slope itself; 40 sweeps per level leave less than half a grey level of 60.
    expect(worst).toBeLessThan(0.5);
  });

  it('is black where nothing is known', () => {
    expect(fillSmoothly(new Float32Array(4 * 4 * 3), new Uint8Array(16), 4).every((v) => v === 0)).toBe(true);
  });
});
