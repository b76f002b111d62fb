import { describe, expect, it } from '@jest/globals';
import { encodeInWindows, featureFrames, WINDOW_FRAMES, type WindowEncoder } from './windows.js';

/** Returns the middle sample of each frame and records the longest window. */
function middleSample(): WindowEncoder & { longest: number } {
  return {
    channels: 1,
    lead: 7,
    tail: 11,
    longest: 0,
    async encode(samples, frames) {
      expect(samples).toHaveLength(7 + frames * 320 + 11);
      this.longest = Math.max(this.longest, frames);
      return Float32Array.from({ length: frames }, (_, t) => samples[7 + t * 320 + 160]!);
    },
  };
}

async function* ramp(length: number, chunk: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < length; at += chunk)
    yield Float32Array.from({ length: Math.min(chunk, length - at) }, (_, i) => at + i + 1);
}

async function run(length: number, chunk: number): Promise<{ values: number[]; longest: number }> {
  const encoder = middleSample();
  const values: number[] = [];
  for await (const block of encodeInWindows(ramp(length, chunk), encoder)) {
    expect(block.start).toBe(values.length);
    expect(block.data).toHaveLength(block.frames);
    values.push(...block.data);
  }
  return { values, longest: encoder.longest };
}

describe('encodeInWindows', () => {
  it.each([320, 640, 6400, 8 * 16000, 8 * 16000 + 320, 61 * 16000])(
    'yields every frame once and in order, %i samples',
    async (length) => {
      const { values, longest } = await run(length, 5000);
      expect(values).toHaveLength(featureFrames(length));
      expect(longest).toBeLessThanOrEqual(WINDOW_FRAMES);
      // Below 2^24 float32 holds every integer. Frames after the end contain silence.
      values.forEach((v, t) => expect(v).toBe(t * 320 + 160 < length ? t * 320 + 161 : 0));
    },
  );

  it('does not depend on the size of the chunks', async () => {
    expect((await run(300_000, 1)).values.length).toBe((await run(300_000, 299_999)).values.length);
    expect((await run(300_000, 777)).values).toEqual((await run(300_000, 65_536)).values);
  });

  it('yields nothing for less than a frame', async () => {
    expect((await run(319, 100)).values).toEqual([]);
  });
});

describe('featureFrames', () => {
  it('counts whole 20 ms slices and rounds up to an even number', () => {
    expect([0, 319, 320, 639, 640, 960, 16000].map(featureFrames)).toEqual([0, 0, 2, 2, 2, 4, 50]);
  });
});
