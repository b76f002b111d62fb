import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@portrait/testing';
import sharp from 'sharp';
import {
  contactSheet,
  cropImage,
  decodeImage,
  drawOverlay,
  encodeJpeg,
  encodePng,
  readImage,
  resizeImage,
  strokeText,
  strokeTextWidth,
  type Image,
} from './index.js';

function ramp(width: number, height: number, channels: 1 | 3 | 4): Image {
  return {
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 5) & 255),
  };
}

describe('pictures', () => {
  it('are read from AVIF too', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.avif');
    const background = { r: 200, g: 40, b: 40 };
    await sharp({ create: { width: 32, height: 24, channels: 3, background } })
      .avif()
      .toFile(path);
    const image = await readImage(path);
    expect([image.width, image.height, image.channels]).toEqual([32, 24, 3]);
    expect(Math.abs(image.data[0]! - 200)).toBeLessThan(8);
  });

  it.each([1, 3, 4] as const)('keep every byte through PNG with %d channels', async (channels) => {
    const image = ramp(9, 7, channels);
    expect(await decodeImage(await encodePng(image))).toEqual(image);
  });

  it('come out of JPEG nearly as they were', async () => {
    const image: Image = { width: 16, height: 16, channels: 3, data: new Uint8Array(768).fill(120) };
    const back = await decodeImage(await encodeJpeg(image, 90));
    // Rounding of one flat 8×8 block.
    expect(Math.max(...back.data.map((v) => Math.abs(v - 120)))).toBeLessThanOrEqual(2);
  });

  it('keep class numbers when resized to the nearest', async () => {
    const labels: Image = { width: 8, height: 8, channels: 1, data: Uint8Array.from({ length: 64 }, (_, i) => i % 4) };
    const large = await resizeImage(labels, 32, 32, { kernel: 'nearest' });
    expect([...new Set(large.data)].sort()).toEqual([0, 1, 2, 3]);
    expect(large).toMatchObject({ width: 32, height: 32, channels: 1 });
  });

  it('are cropped by pixels and refuse to be cropped outside', () => {
    const image = ramp(5, 4, 1);
    expect([...cropImage(image, 1, 2, 2, 2).data]).toEqual([55, 60, 80, 85]);
    expect(() => cropImage(image, 4, 0, 2, 2)).toThrow('leaves the picture');
  });

  it('take vectors and text without fonts', async () => {
    const black: Image = { width: 80, height: 20, channels: 3, data: new Uint8Array(80 * 20 * 3) };
    const drawn = await drawOverlay(
      black,
      `<rect x="0" y="0" width="4" height="4" fill="#f00"/>${strokeText('Frame 12', 8, 4, { size: 10 })}`,
    );
    expect([...drawn.data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect(drawn.data.some((v, i) => i > 3 * 80 * 5 && v > 200)).toBe(true);
    expect(strokeTextWidth('ab', 12)).toBe(24);
  });

  it('are laid out on a sheet with captions', async () => {
    const tiles = [ramp(10, 8, 1), ramp(10, 8, 3), ramp(6, 8, 4)];
    const sheet = await contactSheet(tiles, { columns: 2, captions: ['A', 'B', 'C'], gap: 2, captionSize: 6 });
    expect(sheet).toMatchObject({ width: 26, height: 2 * (8 + 12 + 2) + 2, channels: 3 });
    // First pixel of the gray ramp.
    expect([...sheet.data.subarray((2 * 26 + 2) * 3, (2 * 26 + 2) * 3 + 3)]).toEqual([0, 0, 0]);
    await expect(contactSheet([], { columns: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('that cannot be read say so', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.png');
    await writeFile(path, 'no picture');
    await expect(readImage(path)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', at: { file: path } });
  });
});
