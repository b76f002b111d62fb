// Pictures for people, collected while frames stream by: a few whole frames, the mouths that differ most, side by side for the video.
import { contactSheet, cropImage, differenceOf, encodeJpeg, resizeImage, rgbImage, type Image } from '@portrait/media';
import type { Box } from '@portrait/nerf';
import type { MeasuredFrame } from './measure.js';

const TILE = 224;
const MOUTH_TILE = 144;
const SHEET_ROWS = 5;
const MOUTHS = 8;
/** True, rendered and difference in a row. [size, 3·size, 3] */
export function sideBySide(truth: Uint8Array, rendered: Uint8Array, size: number): Uint8Array {
  const row = new Uint8Array(size * size * 9);
  const parts = [truth, rendered, differenceOf(truth, rendered)];
  for (let y = 0; y < size; y++) {
    parts.forEach((part, i) => row.set(part.subarray(y * size * 3, (y + 1) * size * 3), (y * 3 + i) * size * 3));
  }
  return row;
}

export class Showcase {
  private readonly rows: { frame: number; tiles: Image[] }[] = [];
  private mouths: { frame: number; psnr: number; truth: Image; rendered: Image }[] = [];
  private readonly every: number;

  constructor(
    private readonly size: number,
    frames: number,
  ) {
    this.every = Math.max(1, Math.floor(frames / SHEET_ROWS));
  }

  async add({ measure, truth, head, whole }: MeasuredFrame, index: number, box: Box): Promise<void> {
    if (index % this.every === 0 && this.rows.length < SHEET_ROWS) {
      const pictures = [truth, head, ...(whole ? [whole] : []), differenceOf(truth, head)];
      this.rows.push({
        frame: measure.frame,
        tiles: await Promise.all(pictures.map((p) => resizeImage(rgbImage(p, this.size), TILE, TILE))),
      });
    }
    const psnr = measure.psnrMouth;
    if (psnr === null || (this.mouths.length === MOUTHS && psnr >= this.mouths.at(-1)!.psnr)) return;
    const crop = (rgb: Uint8Array): Promise<Image> =>
      resizeImage(
        cropImage(rgbImage(rgb, this.size), box.left, box.top, box.right - box.left, box.bottom - box.top),
        MOUTH_TILE,
        MOUTH_TILE,
      );
    this.mouths.push({ frame: measure.frame, psnr, truth: await crop(truth), rendered: await crop(head) });
    this.mouths = this.mouths.sort((a, b) => a.psnr - b.psnr).slice(0, MOUTHS);
  }

  async frameSheet(): Promise<Uint8Array> {
    const columns = this.rows[0]!.tiles.length;
    const names =
      columns === 4
        ? ['true', 'head over true torso', 'whole portrait', 'difference ×4']
        : ['true', 'head over true torso', 'difference ×4'];
    return encodeJpeg(
      await contactSheet(
        this.rows.flatMap((r) => r.tiles),
        { columns, captions: this.rows.flatMap((r) => names.map((n) => `${r.frame} ${n}`)) },
      ),
    );
  }

  async mouthSheet(): Promise<Uint8Array> {
    const { mouths } = this;
    if (mouths.length === 0) return this.frameSheet();
    return encodeJpeg(
      await contactSheet([...mouths.map((m) => m.truth), ...mouths.map((m) => m.rendered)], {
        columns: mouths.length,
        captions: [...mouths.map((m) => `${m.frame} true`), ...mouths.map((m) => `${m.psnr.toFixed(1)} dB`)],
      }),
      90,
    );
  }
}
