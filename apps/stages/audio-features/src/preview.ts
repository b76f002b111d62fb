// Preview of the first minute: waveform above, features below (time to the right, one row per channel).
import { drawOverlay, encodePng, strokeText, type Image } from '@portrait/media';
import { FRAME_SAMPLES } from './windows.js';

const COLUMNS = 1200;
const CAPTION_ROWS = 24;
/** Caption and waveform. */
const WAVE_ROWS = 144;
const MAX_FRAMES = 3000;
/** Standardised value drawn in full colour. */
const FULL_COLOUR = 2.5;

/** Collects the data of the preview as sound and features stream. */
export class PreviewCollector {
  private readonly features: Float32Array;
  private readonly lowest = new Float32Array(MAX_FRAMES);
  private readonly highest = new Float32Array(MAX_FRAMES);
  private frames = 0;
  private samples = 0;

  constructor(
    private readonly extractor: string,
    private readonly channels: number,
  ) {
    this.features = new Float32Array(MAX_FRAMES * channels);
  }

  addSamples(chunk: Float32Array): void {
    for (const x of chunk) {
      const frame = Math.floor(this.samples++ / FRAME_SAMPLES);
      if (frame >= MAX_FRAMES) return;
      if (x < this.lowest[frame]!) this.lowest[frame] = x;
      if (x > this.highest[frame]!) this.highest[frame] = x;
    }
  }

  addFeatures(block: Float32Array): void {
    const room = (MAX_FRAMES - this.frames) * this.channels;
    const part = block.subarray(0, Math.min(room, block.length));
    this.features.set(part, this.frames * this.channels);
    this.frames += part.length / this.channels;
  }

  async png(): Promise<Uint8Array> {
    const rows = WAVE_ROWS + this.channels;
    const picture: Image = {
      width: COLUMNS,
      height: rows,
      channels: 3,
      data: new Uint8Array(COLUMNS * rows * 3).fill(255),
    };
    for (let x = 0; x < COLUMNS; x++) {
      const from = Math.floor((x * this.frames) / COLUMNS);
      const to = Math.max(from + 1, Math.floor(((x + 1) * this.frames) / COLUMNS));
      this.drawWave(picture, x, from, to);
      this.drawFeatures(picture, x, from, to);
    }
    const seconds = (this.frames / 50).toFixed(1);
    const caption = strokeText(`${this.extractor}  ${this.channels} channels  0-${seconds} s`, 8, 8, {
      colour: '#333',
      halo: false,
    });
    return encodePng(await drawOverlay(picture, caption));
  }

  private drawWave(picture: Image, x: number, from: number, to: number): void {
    const low = Math.min(...this.lowest.subarray(from, to));
    const high = Math.max(...this.highest.subarray(from, to));
    const row = (v: number): number =>
      CAPTION_ROWS + Math.round(((1 - Math.max(-1, Math.min(1, v))) / 2) * (WAVE_ROWS - CAPTION_ROWS - 1));
    for (let y = row(high); y <= row(low); y++) picture.data.set([60, 90, 140], (y * COLUMNS + x) * 3);
  }

  private drawFeatures(picture: Image, x: number, from: number, to: number): void {
    for (let c = 0; c < this.channels; c++) {
      let sum = 0;
      for (let t = from; t < to; t++) sum += this.features[t * this.channels + c]!;
      const v = Math.max(-1, Math.min(1, sum / (to - from) / FULL_COLOUR));
      const fade = Math.round(255 * (1 - Math.abs(v)));
      picture.data.set(v < 0 ? [fade, fade, 255] : [255, fade, fade], ((WAVE_ROWS + c) * COLUMNS + x) * 3);
    }
  }
}
