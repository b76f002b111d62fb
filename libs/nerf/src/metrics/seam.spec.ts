import { describe, expect, it } from '@jest/globals';
import { LABEL } from '@portrait/face';
import { meanDifference, neckBand, replacedPixels, seamVisibility } from './seam.js';

const SIZE = 64;
const flat = (value: number): Uint8Array => new Uint8Array(SIZE * SIZE * 3).fill(value);
/** Head above row 30, neck to row 40, torso below, wall left of column 10. */
const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, p) => {
  const [x, y] = [p % SIZE, Math.floor(p / SIZE)];
  if (x < 10) return LABEL.background;
  return y < 30 ? LABEL.head : y < 40 ? LABEL.neck : LABEL.torso;
});

describe('neckBand', () => {
  it('is the neck and the head just above it', () => {
    const band = neckBand(labels, SIZE);
    const rows = Array.from({ length: SIZE }, (_, y) => band[y * SIZE + 20]!);
    expect(rows.indexOf(1)).toBe(28); // 16 px of 512 are 2 of 64
    expect(rows.lastIndexOf(1)).toBe(39);
    expect(band[35 * SIZE + 5]).toBe(0);
  });

  it('is empty where a head rests on a torso without a neck', () => {
    expect(
      neckBand(
        labels.map((v) => (v === LABEL.neck ? LABEL.torso : v)),
        SIZE,
      ),
    ).not.toContain(1);
  });
});

describe('meanDifference', () => {
  it('is taken inside the mask only', () => {
    const changed = flat(100);
    changed.fill(255, 0, 30);
    expect(meanDifference(flat(104), changed, neckBand(labels, SIZE))).toBe(4);
  });
  it('is not known of nothing', () => {
    expect(meanDifference(flat(1), flat(2), new Uint8Array(SIZE * SIZE))).toBeNull();
  });
});

/** A mask that fades over the columns 20 … 29 of the window. */
const mask = {
  window: { left: 10, top: 10, width: 40, height: 40 },
  alpha: Float32Array.from({ length: 1600 }, (_, at) => Math.min(1, Math.max(0, ((at % 40) - 10) / 10))),
};
const texture = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => 120 + ((Math.floor(k / 3) * 7) % 11));

describe('replacedPixels', () => {
  it('is where more is rendered than recorded', () => {
    const pixels = replacedPixels(mask, SIZE);
    expect(pixels[15 * SIZE + 24]).toBe(0);
    expect(pixels[15 * SIZE + 25]).toBe(1);
    expect(pixels[15 * SIZE + 50]).toBe(0);
  });
});

describe('seamVisibility', () => {
  it('is 1 where nothing was changed', () => {
    expect(seamVisibility(texture, texture, mask, SIZE)).toBe(1);
  });
  it('rises with an edge at the seam', () => {
    const edged = texture.map((v, k) => (Math.floor(k / 3) % SIZE < 25 ? v : v + 60));
    expect(seamVisibility(edged, texture, mask, SIZE)).toBeGreaterThan(1.5);
  });
  it('falls where the seam is blurred', () => {
    expect(seamVisibility(flat(125), texture, mask, SIZE)).toBe(0);
  });
  it('is not known of a flat wall', () => {
    expect(seamVisibility(texture, flat(10), mask, SIZE)).toBeNull();
  });
});
