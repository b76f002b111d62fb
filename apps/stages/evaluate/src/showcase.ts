// Pictures for people, collected while frames stream by: a few whole frames, the mouths that differ most, side by side
// for the video.
import { contactSheet, cropImage, differenceOf, encodeJpeg, resizeImage, rgbImage, type Image } from '@portrait/media';
import type { Box } from '@portrait/nerf';
import type { FrameMeasure, MeasuredFrame } from './measure.js';

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

/** What the pictures show of a frame. */
export interface ShownFrame extends Pick<MeasuredFrame, 'truth' | 'head' | 'whole'> {
  measure: Pick<FrameMeasure, 'frame' | 'psnrMouth'>;
  face: Uint8Array | null;
}

export class Showcase {
  private readonly tiles: { caption: string; image: Image }[] = [];
  private rows = 0;
  private columns = 1;
  private mouths: { frame: number; psnr: number; truth: Image; rendered: Image }[] = [];
  private readonly every: number;

  constructor(
    private readonly size: number,
    frames: number,
  ) {
    this.every = Math.max(1, Math.floor(frames / SHEET_ROWS));
  }

  /** @param one with the face in the recorded frame, null where that was not asked for */
  async add({ measure, truth, head, whole, face }: ShownFrame, index: number, box: Box): Promise<void> {
    if (index % this.every === 0 && this.rows < SHEET_ROWS) {
      const pictures: [name: string, picture: Uint8Array][] = [
        ['true', truth],
        ...(face ? [['face in the frame', face] as [string, Uint8Array]] : []),
        ['head over true torso', head],
        ...(whole ? [['whole portrait', whole] as [string, Uint8Array]] : []),
        ['difference ×4', differenceOf(truth, face ?? head)],
      ];
      for (const [name, picture] of pictures)
        this.tiles.push({
          caption: `${measure.frame} ${name}`,
          image: await resizeImage(rgbImage(picture, this.size), TILE, TILE),
        });
      this.columns = pictures.length;
      this.rows++;
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
    return encodeJpeg(
      await contactSheet(
        this.tiles.map(({ image }) => image),
        { columns: this.columns, captions: this.tiles.map(({ caption }) => caption) },
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
