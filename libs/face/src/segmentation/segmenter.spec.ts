import { expect, it, jest } from '@jest/globals';
import { readImage } from '@portrait/media';
import { describeWithData, sharedData } from '@portrait/testing';
import { CLASS_COUNT, NETWORK_SIDE, openSegmenter, PARSING_CLASS } from '../index.js';

jest.setTimeout(180_000);

/** Pixels per class from MediaPipe's ImageSegmenter 0.10.35 (CPU delegate) for this photograph averaged to 256². */
const MEDIAPIPE_COUNTS = [38517, 2347, 424, 1883, 22069, 296];

describeWithData('openSegmenter', ['image/astronaut.png'], () => {
  it('labels a photograph as MediaPipe does', async () => {
    const { width, height, channels, data } = await readImage(sharedData('image/astronaut.png'));
    const rgb = new Uint8Array(width * height * 3);
    for (let p = 0; p < width * height; p++) rgb.set(data.subarray(p * channels, p * channels + 3), p * 3);
    const segmenter = await openSegmenter();
    const logits = await segmenter.logits(rgb, width);
    await expect(segmenter.logits(rgb, 100)).rejects.toThrow('100²');
    await segmenter.close();

    expect(logits).toHaveLength(NETWORK_SIDE * NETWORK_SIDE * CLASS_COUNT);
    const classAt = (x: number, y: number): number => {
      const values = logits.subarray((y * NETWORK_SIDE + x) * CLASS_COUNT, (y * NETWORK_SIDE + x + 1) * CLASS_COUNT);
      return values.indexOf(Math.max(...values));
    };
    expect(classAt(112, 60)).toBe(PARSING_CLASS.faceSkin); // cheek
    expect(classAt(108, 30)).toBe(PARSING_CLASS.hair);
    expect(classAt(110, 200)).toBe(PARSING_CLASS.clothes);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let y = 0; y < NETWORK_SIDE; y++) for (let x = 0; x < NETWORK_SIDE; x++) counts[classAt(x, y)]!++;
    // On real footage 0.06 % of the pixels differ (order of float32 sums); four times that is allowed.
    counts.forEach((count, c) =>
      expect(Math.abs(count - MEDIAPIPE_COUNTS[c]!)).toBeLessThan(0.0024 * NETWORK_SIDE ** 2),
    );
  });
});
