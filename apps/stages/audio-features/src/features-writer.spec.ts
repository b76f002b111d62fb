import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readNpy } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { FeaturesWriter } from './features-writer.js';

it('writes blocks that read back as one NumPy array', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'features.npy');
  const file = await FeaturesWriter.create(path, 2);
  await file.append(Float32Array.of(1, 2, 3, 4));
  await file.append(Float32Array.of(5, 6));
  expect(await file.close()).toBe(3);
  expect(await readNpy(path)).toEqual({ shape: [3, 2], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect((await readFile(path)).length).toBe(128 + 24); // the header is a multiple of 64, as NumPy writes it
});
