// Previews: frames with coloured classes, and the plate.
import { LABEL_NAMES } from '@portrait/face';
import { contactSheet, encodeJpeg, resizeImage, type Image } from '@portrait/media';

const TILES = 12;
const TILE_SIDE = 384;
/** Colours of the parsing pictures of the released RAD-NeRF code. */
const COLOURS: Readonly<Record<(typeof LABEL_NAMES)[number], readonly [number, number, number] | null>> = {
  background: null,
  head: [40, 90, 255],
  neck: [40, 230, 80],
  torso: [255, 60, 50],
};
const OPACITY = 0.45;

/** Numbers of the frames on the sheet, evenly spaced. */
export function sheetFrames(frames: number): number[] {
  const count = Math.min(TILES, frames);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frames) / count));
}

/** The picture with its classes coloured. */
export function labelOverlay(rgb: Uint8Array, labels: Uint8Array): Uint8Array {
  const mixed = new Uint8Array(rgb.length);
  for (let p = 0; p < labels.length; p++) {
    const colour = COLOURS[LABEL_NAMES[labels[p]!]!];
    for (let c = 0; c < 3; c++)
      mixed[p * 3 + c] = colour ? (1 - OPACITY) * rgb[p * 3 + c]! + OPACITY * colour[c]! : rgb[p * 3 + c]!;
  }
  return mixed;
}

/** JPEG sheet of small copies. */
export async function sheet(tiles: readonly { caption: string; rgb: Uint8Array }[], size: number): Promise<Uint8Array> {
  const side = Math.min(size, TILE_SIDE);
  const images: Image[] = await Promise.all(
    tiles.map(({ rgb }) => resizeImage({ width: size, height: size, channels: 3, data: rgb }, side, side)),
  );
  return encodeJpeg(await contactSheet(images, { columns: 4, captions: tiles.map((t) => t.caption) }));
}
