// Pictures of a render for people: the frame just made, and at the end a sheet of frames read back from the finished file,
// so that what is shown is what was written.
import { CLIP_FPS } from '@portrait/contracts';
import { contactSheet, encodeJpeg, readFrames, type Image } from '@portrait/media';
import type { Timeline } from './timeline.js';

const TILES = 12;
const COLUMNS = 4;
const TILE_SIDE = 256;

export async function previewOfFrame(pixels: Uint8Array, size: number, transparent: boolean): Promise<Uint8Array> {
  const image: Image = { width: size, height: size, channels: 3, data: transparent ? overGrey(pixels) : pixels };
  return encodeJpeg(image);
}

export async function previewOfVideo(
  path: string,
  timeline: Pick<Timeline, 'first' | 'end'>,
  size: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const frames = timeline.end - timeline.first;
  const step = Math.max(1, Math.ceil(frames / TILES));
  const side = Math.min(TILE_SIDE, size);
  const tiles: Image[] = [];
  for await (const data of readFrames(path, {
    pixelFormat: 'rgb24',
    width: side,
    height: side,
    filters: [`select='not(mod(n,${step}))'`],
    signal,
  })) {
    tiles.push({ width: side, height: side, channels: 3, data });
  }
  const captions = tiles.map((_, k) => `${((timeline.first + k * step) / CLIP_FPS).toFixed(2)} s`);
  return encodeJpeg(await contactSheet(tiles, { columns: Math.min(COLUMNS, tiles.length), captions }));
}

function overGrey(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3) * 4;
    const alpha = rgba[pixel + 3]! / 255;
    rgb[i] = Math.round(rgba[pixel + (i % 3)]! * alpha + 128 * (1 - alpha));
  }
  return rgb;
}
