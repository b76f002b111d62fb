// Many small pictures on one sheet, with captions: the preview most stages leave.
import { PortraitError } from '@portrait/contracts';
import { drawOverlay, type Image } from './image.js';
import { strokeText, strokeTextWidth } from './stroke-text.js';

export interface ContactSheetOptions {
  columns: number;
  /** One a tile, written below it. */
  captions?: readonly string[];
  /** Space between tiles, px. Default 4. */
  gap?: number;
  /** Height of the caption capitals, px. Default 10; made smaller where a caption is too wide. */
  captionSize?: number;
}

/**
 * RGB sheet of tiles of any channel count; the cell is as large as the largest tile. Throws INVALID_ARGUMENT without
 * tiles.
 */
export async function contactSheet(tiles: readonly Image[], options: ContactSheetOptions): Promise<Image> {
  if (tiles.length === 0) throw new PortraitError('INVALID_ARGUMENT', 'A contact sheet needs at least one picture.');
  const { captions, gap = 4, captionSize = 10 } = options;
  const columns = Math.max(1, Math.min(options.columns, tiles.length));
  const rows = Math.ceil(tiles.length / columns);
  const cellWidth = Math.max(...tiles.map((t) => t.width));
  const pictureHeight = Math.max(...tiles.map((t) => t.height));
  const cellHeight = pictureHeight + (captions ? captionSize + 6 : 0);
  const width = columns * (cellWidth + gap) + gap;
  const height = rows * (cellHeight + gap) + gap;
  const sheet: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(24) };
  const texts: string[] = [];
  tiles.forEach((tile, i) => {
    const left = gap + (i % columns) * (cellWidth + gap);
    const top = gap + Math.floor(i / columns) * (cellHeight + gap);
    paste(sheet, tile, left, top);
    const caption = captions?.[i];
    if (caption) {
      const size = Math.min(captionSize, (captionSize * cellWidth) / strokeTextWidth(caption, captionSize));
      texts.push(strokeText(caption, left, top + pictureHeight + 3, { size, halo: false, colour: '#ddd' }));
    }
  });
  return texts.length === 0 ? sheet : drawOverlay(sheet, texts.join(''));
}

/** Copies `source` into the RGB picture `target`; alpha is laid over what is there. */
export function paste(target: Image, source: Image, left: number, top: number): void {
  const step = source.channels;
  const rgb = step >= 3 ? [0, 1, 2] : [0, 0, 0];
  for (let y = 0; y < source.height; y += 1) {
    for (let x = 0; x < source.width; x += 1) {
      const from = (y * source.width + x) * step;
      const to = ((top + y) * target.width + left + x) * 3;
      const alpha = step === 4 ? source.data[from + 3]! / 255 : 1;
      for (let c = 0; c < 3; c += 1)
        target.data[to + c] = source.data[from + rgb[c]!]! * alpha + target.data[to + c]! * (1 - alpha);
    }
  }
}
