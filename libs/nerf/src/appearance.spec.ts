import { describe, expect, it } from '@jest/globals';
import { appearanceOf } from './appearance.js';
import type { LoadedHead } from './head-artifact.js';
import type { LoadedTorso } from './torso-artifact.js';

const rows = (count: number, width: number): Float32Array =>
  Float32Array.from({ length: count * width }, (_, k) => Math.floor(k / width));
const head = (frames: number, trainFrames: number) =>
  ({
    json: { trainFrames },
    head: { tensors: () => [{ name: 'appearance', shape: [frames, 4], data: rows(frames, 4) }] },
  }) as unknown as LoadedHead;
const torso = (count: number) =>
  ({
    torso: { tensors: () => ({ 'torso.appearance': { shape: [count, 8], data: rows(count, 8) } }) },
  }) as unknown as LoadedTorso;

describe('appearance', () => {
  it('takes the codes of the frame, and for the torso of the nearest frame it learnt from', () => {
    expect([...appearanceOf(7, head(20, 18), torso(18)).head]).toEqual([7, 7, 7, 7]);
    expect([...appearanceOf(7, head(20, 18), torso(18)).torso!]).toEqual(Array(8).fill(7));
    // 1600 frames in steps of three are 534 rows.
    expect(appearanceOf(1599, head(1700, 1600), torso(534)).torso![0]).toBe(533);
    expect(appearanceOf(30, head(1700, 1600), torso(534)).torso![0]).toBe(10);
    expect(appearanceOf(0, head(20, 18), null).torso).toBeUndefined();
  });

  it('refuses a frame that was held out', () => {
    expect(() => appearanceOf(18, head(20, 18), null)).toThrow(/frames 0 to 17/);
    expect(() => appearanceOf(3, head(2, 18), null)).toThrow(/no appearance codes/);
  });
});
