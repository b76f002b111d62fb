import { describe, expect, it } from '@jest/globals';
import { softPolygon, windowAround } from './soft-polygon.js';

const square = (left: number, top: number, side: number): Float64Array =>
  Float64Array.from([left, top, left + side, top, left + side, top + side, left, top + side]);
const WINDOW = { left: 10, top: 20, width: 80, height: 70 };
const at = (mask: Float32Array, x: number, y: number): number =>
  mask[(y - WINDOW.top) * WINDOW.width + x - WINDOW.left]!;

describe('softPolygon', () => {
  it('is 1 inside, 0 outside and a half at the edge', () => {
    const mask = softPolygon(square(30, 40, 30), WINDOW, 6);
    expect(at(mask, 45, 55)).toBe(1);
    expect(at(mask, 37, 55)).toBe(1);
    expect(at(mask, 22, 55)).toBe(0);
    expect(at(mask, 45, 32)).toBe(0);
    expect((at(mask, 29, 55) + at(mask, 30, 55)) / 2).toBeCloseTo(0.5, 5);
  });

  it('falls monotonically across the edge', () => {
    const mask = softPolygon(square(30, 40, 30), WINDOW, 6);
    for (let x = 23; x < 37; x++) expect(at(mask, x, 55)).toBeLessThan(at(mask, x + 1, 55) + 1e-6);
  });

  it('changes little when the polygon moves by a tenth of a pixel', () => {
    const here = softPolygon(square(30, 40, 30), WINDOW, 6);
    const there = softPolygon(square(30.1, 40.1, 30), WINDOW, 6);
    expect(Math.max(...here.map((v, k) => Math.abs(v - there[k]!)))).toBeLessThan(0.05);
  });

  it('changes little when the feather grows by a tenth of a pixel', () => {
    const narrow = softPolygon(square(30, 40, 30), WINDOW, 6);
    const wide = softPolygon(square(30, 40, 30), WINDOW, 6.1);
    expect(Math.max(...narrow.map((v, k) => Math.abs(v - wide[k]!)))).toBeLessThan(0.02);
  });

  it('stays inside the picture', () => {
    const window = windowAround(square(-5, 240, 40), 6, 256);
    expect(window).toEqual({ left: 0, top: 234, width: 41, height: 22 });
    expect(softPolygon(square(-5, 240, 40), window, 6)[14 * window.width]).toBe(1);
  });
});
