import { describe, expect, it } from '@jest/globals';
import { psnr, sharpness } from './pictures.js';

const flat = (value: number, pixels = 16): Uint8Array => new Uint8Array(pixels * 3).fill(value);

describe('psnr', () => {
  it('is 20 log10(255 / d) for a constant difference d', () => {
    expect(psnr(flat(100), flat(110), 4)).toBeCloseTo(20 * Math.log10(25.5), 10);
  });

  it('is 100 for equal pictures and null for an empty region', () => {
    expect(psnr(flat(7), flat(7), 4)).toBe(100);
    expect(psnr(flat(7), flat(7), 4, { mask: new Uint8Array(16) })).toBeNull();
  });

  it('looks only inside mask and box', () => {
    const truth = flat(0);
    const rendered = flat(0);
    rendered.fill(255, 0, 3); // pixel (0, 0)
    rendered.fill(51, 15, 18); // pixel (1, 1): a fifth of the peak
    const mask = new Uint8Array(16).fill(1);
    mask[0] = 0;
    expect(psnr(truth, rendered, 4, { box: { top: 1, left: 1, bottom: 2, right: 2 } })).toBeCloseTo(
      20 * Math.log10(5),
      10,
    );
    expect(psnr(truth, rendered, 4, { mask })).toBeCloseTo(10 * Math.log10(15 * 25), 10); // one of 15 pixels
  });
});

describe('sharpness', () => {
  const box = { top: 1, left: 1, bottom: 3, right: 3 };
  it('is 0 for a flat picture and for a ramp', () => {
    expect(sharpness(flat(80), 4, box)).toBeCloseTo(0, 10);
    const ramp = Uint8Array.from({ length: 48 }, (_, i) => 10 * (Math.floor(i / 3) % 4));
    expect(sharpness(ramp, 4, box)).toBeCloseTo(0, 10);
  });

  it('is the mean Laplacian of a checkerboard: eight times half its step', () => {
    const board = Uint8Array.from({ length: 48 }, (_, i) =>
      ((Math.floor(i / 3) % 4) + Math.floor(i / 12)) % 2 ? 10 : 0,
    );
    expect(sharpness(board, 4, box)).toBeCloseTo(40, 10); // |4·10 − 4·0|
  });

  it('falls when the picture is blurred', () => {
    const line = (x: number): number => [0, 0, 200, 0, 0, 0][x]!;
    const soft = (x: number): number => [0, 50, 100, 50, 0, 0][x]!;
    const draw = (f: (x: number) => number): Uint8Array =>
      Uint8Array.from({ length: 6 * 6 * 3 }, (_, i) => f(Math.floor(i / 3) % 6));
    const whole = { top: 0, left: 0, bottom: 6, right: 6 };
    expect(sharpness(draw(soft), 6, whole)).toBeLessThan(0.5 * sharpness(draw(line), 6, whole));
  });
});
