import { describe, expect, it } from '@jest/globals';
import { CLASS_COUNT, NETWORK_SIDE, type Segmenter } from '@portrait/face';
import { classesOnGrid } from './classes.js';
import { parseFrames, type ParsedFrame } from './parse-frames.js';
import { removeFlicker, removeFlickerFromStream } from './flicker.js';

/** A network that finds class 1 left of a border; the first byte of the picture is the border. */
const borderNetwork: Segmenter = {
  async logits(rgb) {
    const border = rgb[0]!;
    const logits = new Float32Array(NETWORK_SIDE * NETWORK_SIDE * CLASS_COUNT).fill(-1000);
    for (let p = 0; p < NETWORK_SIDE * NETWORK_SIDE; p++) {
      logits[p * CLASS_COUNT + 1] = border - (p % NETWORK_SIDE) - 0.5;
      logits[p * CLASS_COUNT] = -logits[p * CLASS_COUNT + 1]!;
    }
    return logits;
  },
  close: async () => undefined,
};
const borderOf = (logits: Float32Array): number =>
  classesOnGrid(logits)
    .subarray(0, NETWORK_SIDE)
    .reduce((n, c) => n + c, 0);

async function parse(
  borders: number[],
  options: { stride: number; strideTolerance: number; cuts?: number[] },
): Promise<{ frames: ParsedFrame[]; parsed: number }> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const b of borders) yield Uint8Array.of(b);
  }
  let parsed = 0;
  const frames: ParsedFrame[] = [];
  for await (const frame of parseFrames(source(), borderNetwork, {
    size: 1,
    cuts: [],
    ahead: 2,
    onParsed: () => parsed++,
    ...options,
  }))
    frames.push(frame);
  return { frames, parsed };
}

describe('parseFrames', () => {
  it('yields every frame in order at any length and stride', async () => {
    for (const length of [1, 2, 4, 5, 9, 11]) {
      for (const stride of [1, 2, 4]) {
        const borders = Array.from({ length }, (_, i) => 100 + i);
        const { frames } = await parse(borders, { stride, strideTolerance: 100 });
        expect(frames.map((f) => f.frame)).toEqual(borders.map((_, i) => i));
        expect(frames.map((f) => f.rgb[0])).toEqual(borders);
        expect(frames.map((f) => borderOf(f.logits))).toEqual(borders);
      }
    }
  });

  it('parses one frame per stride where little changes', async () => {
    expect((await parse(Array(17).fill(100) as number[], { stride: 4, strideTolerance: 0.5 })).parsed).toBe(5);
  });

  it('parses the middle frame where the ends differ', async () => {
    const { frames, parsed } = await parse([100, 140, 100, 140, 100, 100, 100, 100, 160], {
      stride: 4,
      strideTolerance: 0.5,
    });
    expect(frames.map((f) => borderOf(f.logits))).toEqual([100, 100, 100, 100, 100, 100, 100, 100, 160]);
    expect(parsed).toBe(5); // keys 0, 4, 8, then 6 and 7; a motion that returns before the next key is not seen
  });

  it('does not interpolate across a cut', async () => {
    const { frames } = await parse([50, 50, 50, 200, 200, 200, 200], { stride: 4, strideTolerance: 100, cuts: [3] });
    expect(frames.map((f) => borderOf(f.logits))).toEqual([50, 50, 50, 200, 200, 200, 200]);
  });

  it('rethrows a failure of the network', async () => {
    const failing: Segmenter = { logits: () => Promise.reject(new Error('broken')), close: async () => undefined };
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      yield Uint8Array.of(2);
    }
    const run = async (): Promise<void> => {
      for await (const _ of parseFrames(source(), failing, {
        size: 1,
        stride: 2,
        strideTolerance: 1,
        cuts: [],
        ahead: 2,
      }));
    };
    await expect(run()).rejects.toThrow('broken');
  });
});

describe('removeFlicker', () => {
  it('replaces a label that lasts one frame', () => {
    expect(removeFlicker(Uint8Array.of(1, 1, 2), Uint8Array.of(0, 1, 3), Uint8Array.of(1, 1, 1))).toEqual({
      labels: Uint8Array.of(1, 1, 3),
      changed: 1,
    });
  });

  it('keeps frames at a cut and at the ends of a stream', async () => {
    const series = [1, 0, 1, 0, 1, 1, 0];
    async function* source() {
      for (const [frame, l] of series.entries()) yield { frame, labels: Uint8Array.of(l) };
    }
    const steady: number[] = [];
    for await (const { labels } of removeFlickerFromStream(source(), [3])) steady.push(labels[0]!);
    expect(steady).toEqual([1, 1, 1, 0, 1, 1, 0]);
  });
});
