// The frame just made, as a picture for people. The sheet of the finished file is made by finishVideo of
// @portrait/media.
import { encodeJpeg, type Image } from '@portrait/media';

export async function previewOfFrame(pixels: Uint8Array, size: number, transparent: boolean): Promise<Uint8Array> {
  const image: Image = { width: size, height: size, channels: 3, data: transparent ? overGrey(pixels) : pixels };
  return encodeJpeg(image);
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
