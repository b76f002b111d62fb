import { describe, expect, it } from '@jest/globals';
import { LABEL } from '@portrait/face';
import type { FootageFrame, RegionMask } from '@portrait/nerf';
import { FootageMeasurer, type Composites } from './footage.js';
import { summariseFootage } from './footage-metrics.js';

const SIZE = 64;
/** Head above row 30, neck to row 40, torso below. */
const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, p) =>
  p < 30 * SIZE ? LABEL.head : p < 40 * SIZE ? LABEL.neck : LABEL.torso,
);
const mask: RegionMask = {
  window: { left: 16, top: 10, width: 32, height: 32 },
  alpha: Float32Array.from({ length: 32 * 32 }, (_, at) => Math.min(1, (at % 32) / 16)),
};
/** A texture whose brightness sways with time. */
const recorded = (frame: number): FootageFrame => ({
  rgb: Uint8Array.from(
    { length: SIZE * SIZE * 3 },
    (_, k) => 100 + ((Math.floor(k / 3) * 7) % 11) + 4 * Math.round(Math.sin(frame)),
  ),
  torso: new Uint8Array(SIZE * SIZE * 4),
  labels,
});
const changed = (rgb: Uint8Array, by: number, rows: [from: number, to: number]): Uint8Array =>
  rgb.map((v, k) => (k >= rows[0] * SIZE * 3 && k < rows[1] * SIZE * 3 ? v + by : v));

async function judge(rendered: (rgb: Uint8Array, frame: number) => Uint8Array, frames = [1, 2, 3, 4, 5, 6]) {
  const measurer = new FootageMeasurer(SIZE, [4]);
  const measures = [];
  for (const frame of frames) {
    const base = recorded(frame);
    const one = { rgb: rendered(base.rgb, frame), mask };
    const composites: Composites = { face: one, head: one };
    measures.push(await measurer.measure(frame, base, composites, async (a, b) => Math.abs(a[0]! - b[0]!)));
  }
  return { measures, metrics: summariseFootage(measures, null) };
}

describe('footage mode is judged', () => {
  it('perfect where the rendered face is what was recorded', async () => {
    const { metrics } = await judge((rgb) => rgb.slice());
    expect(metrics.face).toEqual({ psnrFull: 100, psnrReplaced: 100, lpips: 0, seam: 1 });
    expect(metrics.neckBand).toEqual({ psnr: 100, flicker: 1 });
  });

  it('by the replaced region, which one recorded half does not flatter', async () => {
    const { metrics } = await judge((rgb) => changed(rgb, 10, [10, 42]));
    expect(metrics.face.psnrReplaced).toBeCloseTo(20 * Math.log10(255 / 10), 6);
    expect(metrics.face.psnrFull).toBeGreaterThan(metrics.face.psnrReplaced! + 2);
  });

  it('by the flicker of the neck band', async () => {
    const { metrics } = await judge((rgb, frame) => changed(rgb, frame % 2 === 0 ? 8 : 0, [30, 40]));
    expect(metrics.neckBand.flicker).toBeGreaterThan(1.5);
    expect(metrics.neckBand.psnr).toBeLessThan(100);
  });

  it('without a flicker across cuts and between frames that do not follow each other', async () => {
    const { measures } = await judge((rgb) => rgb.slice(), [1, 3, 4, 5]);
    expect(measures.map(({ neckChange }) => neckChange !== null)).toEqual([false, false, false, true]);
  });
});
