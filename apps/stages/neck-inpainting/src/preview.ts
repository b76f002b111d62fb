// Preview sheet: frames, the torso layer over the plate as training reads it, and the neck enlarged.
import { contactSheet, cropImage, encodeJpeg, resizeImage, type Image } from '@portrait/media';
import type { LabelledFrame } from './frames.js';

const SAMPLES = 6;
const TILE = 320;

export class LayerPreview {
  private readonly tiles: Image[] = [];
  private readonly captions: string[] = [];
  private readonly chosen: Set<number>;

  constructor(
    private readonly plate: Image,
    frames: number,
  ) {
    const count = Math.min(SAMPLES, frames);
    this.chosen = new Set(Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * frames) / count)));
  }

  async add({ index, picture, labels }: LabelledFrame, layer: Uint8Array): Promise<void> {
    if (!this.chosen.has(index)) return;
    const { width, height, channels, data } = this.plate;
    const seen: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
    const torso: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
    for (let i = 0; i < width * height; i++) {
      const colour = picture[i]!;
      seen.data[i * 3] = colour >> 16;
      seen.data[i * 3 + 1] = (colour >> 8) & 255;
      seen.data[i * 3 + 2] = colour & 255;
      const opaque = layer[i * 4 + 3]! > 0;
      for (let c = 0; c < 3; c++)
        torso.data[i * 3 + c] = opaque ? layer[i * 4 + c]! : data[i * channels + (channels > 1 ? c : 0)]!;
    }
    const { left, top, side } = neckWindow(labels, width);
    for (const tile of [seen, torso, cropImage(torso, left, top, side, side)])
      this.tiles.push(await resizeImage(tile, TILE, TILE));
    this.captions.push(`frame ${index}`, 'torso over plate', 'neck');
  }

  async encode(): Promise<Uint8Array> {
    return encodeJpeg(await contactSheet(this.tiles, { columns: 6, captions: this.captions }), 92);
  }
}

/** A square round the lower end of the head. */
function neckWindow(labels: Float32Array, size: number): { left: number; top: number; side: number } {
  const side = Math.round(size * 0.4);
  const lowest = labels.findLastIndex((label) => label === 1);
  const y = lowest < 0 ? size / 2 : Math.floor(lowest / size),
    x = lowest < 0 ? size / 2 : lowest % size;
  const inside = (v: number): number => Math.max(0, Math.min(size - side, Math.round(v)));
  return { left: inside(x - side / 2), top: inside(y - side / 2), side };
}
