import { describe, expect, it } from '@jest/globals';
import { decodeImage } from '@portrait/media';
import type { FrameMeasure } from './measure.js';
import { Showcase, sideBySide } from './showcase.js';

const picture = (value: number, size: number): Uint8Array => new Uint8Array(size * size * 3).fill(value);

describe('sideBySide', () => {
  it('puts true, rendered and four times the difference in a row', () => {
    const row = sideBySide(picture(100, 2), picture(90, 2), 2);
    expect([...row.subarray(0, 18)]).toEqual([...Array(6).fill(100), ...Array(6).fill(90), ...Array(6).fill(40)]);
    expect(row).toHaveLength(2 * 6 * 3);
    expect(sideBySide(picture(0, 1), picture(200, 1), 1)[6]).toBe(255);
  });
});

describe('Showcase', () => {
  it('shows a few frames and the worst mouths', async () => {
    const showcase = new Showcase(32, 40);
    for (let i = 0; i < 40; i++) {
      const measure = { frame: i, psnrMouth: 20 + ((i * 7) % 40) } as FrameMeasure;
      await showcase.add({ measure, truth: picture(50, 32), head: picture(60, 32), whole: null, face: null }, i, {
        top: 8,
        left: 8,
        bottom: 24,
        right: 24,
      });
    }
    const frames = await decodeImage(await showcase.frameSheet());
    const mouths = await decodeImage(await showcase.mouthSheet());
    expect(frames.width).toBeGreaterThan(3 * 224);
    expect(mouths.width).toBeGreaterThan(8 * 144);
    expect(mouths.height).toBeGreaterThan(2 * 144);
    expect(mouths.height).toBeLessThan(3 * 144);
  });
});
