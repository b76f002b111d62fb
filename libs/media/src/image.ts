// Still pictures: read, encode, resize, and draw vectors over them. Bytes are interleaved, row by row. Not here: video.
import { readFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import sharp, { type Sharp } from 'sharp';
import { identifyFile } from './container.js';
import { checkPixels, limit } from './limits.js';

/** [height, width, channels] bytes, sRGB; 1 gray, 3 RGB, 4 RGBA (alpha not premultiplied). */
export interface Image {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  data: Uint8Array;
}

/** Upright (orientation flag applied), 8-bit. Throws NOT_FOUND, INPUT_UNREADABLE (no picture, beyond the limit). */
export async function readImage(path: string): Promise<Image> {
  // Drawings (SVG) name other files and have any size: from files they are never read.
  const { picture } = await identifyFile(path);
  if (!picture) throw notPicture(path);
  const bytes = await readFile(path);
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw notPicture(path, error);
    });
  checkPixels(path, width, height);
  try {
    return await decodeImage(bytes);
  } catch (error) {
    throw notPicture(path, error);
  }
}

function notPicture(path: string, cause?: unknown): PortraitError {
  return new PortraitError('INPUT_UNREADABLE', `${path} is not a picture that can be read.`, {
    at: { file: path },
    cause,
    hint: 'Give a PNG, JPEG, WebP or AVIF file.',
  });
}

/** Decodes PNG, JPEG, WebP or SVG bytes. */
export async function decodeImage(bytes: Uint8Array): Promise<Image> {
  const bound = { limitInputPixels: limit('maxPixels') };
  const { space } = await sharp(bytes, bound).metadata();
  const gray = space === 'b-w' || space === 'grey16';
  const { data, info } = await sharp(bytes, bound)
    .rotate()
    .toColourspace(gray ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 2) {
    const rgba = await sharp(data, { raw: { width: info.width, height: info.height, channels: 2 } })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    return { width: info.width, height: info.height, channels: 4, data: new Uint8Array(rgba) };
  }
  return { width: info.width, height: info.height, channels: info.channels as 1 | 3 | 4, data: new Uint8Array(data) };
}

function raw(image: Image): Sharp {
  const { width, height, channels, data } = image;
  if (data.length !== width * height * channels) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `A picture of ${width}×${height}×${channels} has ${data.length} bytes instead of ${width * height * channels}.`,
    );
  }
  const pipeline = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? pipeline.toColourspace('b-w') : pipeline;
}

async function toImage(pipeline: Sharp, channels: 1 | 3 | 4): Promise<Image> {
  const shaped =
    channels === 1
      ? pipeline.toColourspace('b-w')
      : channels === 3
        ? pipeline.toColourspace('srgb').removeAlpha()
        : pipeline.toColourspace('srgb').ensureAlpha();
  const { data, info } = await shaped.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels, data: new Uint8Array(data) };
}

export async function encodePng(image: Image): Promise<Uint8Array> {
  return raw(image).png({ compressionLevel: 6 }).toBuffer();
}

/** `quality` 1..100, default 85. */
export async function encodeJpeg(image: Image, quality = 85): Promise<Uint8Array> {
  return raw(image).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

export interface ResizeOptions {
  /** `nearest` for class maps, `lanczos3` (default) for pictures. */
  kernel?: 'nearest' | 'cubic' | 'lanczos3';
  /** `fill` (default) stretches; `cover` cuts what stands out; `contain` pads with black. */
  fit?: 'fill' | 'cover' | 'contain';
}

export async function resizeImage(
  image: Image,
  width: number,
  height: number,
  options: ResizeOptions = {},
): Promise<Image> {
  return toImage(
    raw(image).resize(width, height, {
      kernel: options.kernel ?? 'lanczos3',
      fit: options.fit ?? 'fill',
      background: { r: 0, g: 0, b: 0, alpha: 1 },
    }),
    image.channels,
  );
}

/** Cuts out a rectangle, px; it must lie inside the picture. */
export function cropImage(image: Image, left: number, top: number, width: number, height: number): Image {
  if (left < 0 || top < 0 || left + width > image.width || top + height > image.height) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `A crop of ${width}×${height} at ${left},${top} leaves the picture of ${image.width}×${image.height}.`,
    );
  }
  const data = new Uint8Array(width * height * image.channels);
  for (let y = 0; y < height; y += 1) {
    const from = ((top + y) * image.width + left) * image.channels;
    data.set(image.data.subarray(from, from + width * image.channels), y * width * image.channels);
  }
  return { width, height, channels: image.channels, data };
}

/**
 * Draws SVG elements (or a whole `<svg>`) over a picture, in its pixel coordinates. Text: see `strokeText`, which needs
 * no fonts.
 */
export async function drawOverlay(image: Image, svg: string): Promise<Image> {
  const whole = svg.trimStart().startsWith('<svg')
    ? svg
    : `<svg xmlns="http://www.w3.org/2000/svg" width="${image.width}" height="${image.height}">${svg}</svg>`;
  const base = image.channels === 1 ? raw(image).toColourspace('srgb') : raw(image);
  return toImage(base.composite([{ input: Buffer.from(whole), left: 0, top: 0 }]), image.channels === 4 ? 4 : 3);
}
