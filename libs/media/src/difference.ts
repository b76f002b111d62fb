// How far two pictures are apart, as a picture.
import type { Image } from './image.js';

/** Differences are shown this many times larger. */
const GAIN = 4;

export const differenceOf = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.map((value, i) => Math.min(255, GAIN * Math.abs(value - b[i]!)));

/** @param data [size, size, 3] */
export const rgbImage = (data: Uint8Array, size: number): Image => ({ width: size, height: size, channels: 3, data });
