import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { writeNpy } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { fitAudioConditioning } from './audio-conditioning.js';
import { openAudioInputs } from './audio-inputs.js';

const CHANNELS = 6;
const FRAMES = 600;
const features = Float32Array.from(
  { length: 2 * FRAMES * CHANNELS },
  (_, k) => Math.sin(k * 0.37) + 0.4 * Math.cos(k * k * 0.011),
);

describe.each(['pca', 'window'] as const)('audio inputs, %s', (kind) => {
  it('equals the whole projection inside, in any order of asking', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'features.npy');
    await writeNpy(path, { shape: [2 * FRAMES, CHANNELS], dtype: 'float32', data: features });
    const conditioning = fitAudioConditioning(features, CHANNELS, FRAMES, {
      kind,
      components: 12,
      channelComponents: 4,
    });
    const { inputDim } = conditioning;
    const whole = conditioning.inputs(features, FRAMES);
    const inputs = openAudioInputs(path, conditioning);
    for (const frame of [10, 255, 256, 259, 300, 515, 8, 590]) {
      const around = await inputs.around(frame);
      expect([...around]).toEqual([...whole.subarray((frame - 4) * inputDim, (frame + 4) * inputDim)]);
    }
  });

  it('averages over a centred window when asked to', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'features.npy');
    await writeNpy(path, { shape: [2 * FRAMES, CHANNELS], dtype: 'float32', data: features });
    const conditioning = fitAudioConditioning(features, CHANNELS, FRAMES, {
      kind,
      components: 12,
      channelComponents: 4,
    });
    const { inputDim } = conditioning;
    const whole = conditioning.inputs(features, FRAMES);
    const around = await openAudioInputs(path, conditioning, 3).around(254);
    for (let k = 0; k < 8; k++) {
      for (let c = 0; c < inputDim; c++) {
        const mean = [-1, 0, 1].reduce((sum, j) => sum + whole[(250 + k + j) * inputDim + c]!, 0) / 3;
        // Float32 sums of three numbers below 8: 2 roundings of 2^-22.
        expect(Math.abs(around[k * inputDim + c]! - mean)).toBeLessThan(1e-6);
      }
    }
  });

  it('holds the edge beyond both ends', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'features.npy');
    const held = features.slice();
    for (let t = 0; t < 40; t++) held.copyWithin(t * CHANNELS, 40 * CHANNELS, 41 * CHANNELS);
    await writeNpy(path, { shape: [2 * FRAMES, CHANNELS], dtype: 'float32', data: held });
    const conditioning = fitAudioConditioning(features, CHANNELS, FRAMES, {
      kind,
      components: 12,
      channelComponents: 4,
    });
    const { inputDim } = conditioning;
    const inputs = openAudioInputs(path, conditioning);
    const own = async (frame: number): Promise<number[]> => [
      ...(await inputs.around(frame)).subarray(4 * inputDim, 5 * inputDim),
    ];
    // The first 41 features are equal, so every window that sees nothing but them and what lies before gives the same.
    const silent = await own(8);
    for (const frame of [-3, 0, 1, 3, 12]) expect(await own(frame)).toEqual(silent);
    expect(await own(30)).not.toEqual(silent);
    expect(await own(FRAMES + 50)).toEqual(await own(FRAMES + 60));
  });
});
