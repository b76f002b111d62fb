import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '@portrait/contracts';
import { writeNpz, type NpyArray } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { readLandmarks, type LandmarkArrayName } from './landmark-file.js';

const FRAMES = 3;
const ref: ArtifactRef<'landmarks'> = { kind: 'landmarks', digest: '', files: {} };
const float = (count: number, ...shape: number[]): NpyArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from({ length: count }, (_, i) => i),
});

async function read(arrays: Record<string, NpyArray>, names: readonly LandmarkArrayName[]) {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, 'landmarks.npz');
  await writeNpz(file, arrays);
  return await readLandmarks({ path: async () => file }, ref, FRAMES, names);
}

describe('readLandmarks', () => {
  const points = float(FRAMES * 478 * 3, FRAMES, 478, 3);
  const found: NpyArray = { shape: [FRAMES], dtype: 'uint8', data: Uint8Array.of(1, 0, 1) };

  it('gives the arrays that were asked for', async () => {
    const arrays = await read({ points, found, mouthWidth: float(1, 1) }, ['points', 'found']);
    expect(arrays).toEqual({ points: points.data, found: found.data });
  });

  it.each<[string, Record<string, NpyArray>, string]>([
    ['a missing array', { found }, 'points of the landmarks is missing'],
    ['landmarks of another clip', { points: float(2 * 478 * 3, 2, 478, 3) }, 'is float32 [2,478,3]'],
    ['another number of points', { points: float(FRAMES * 468 * 3, FRAMES, 468, 3) }, 'needs float32 [3,478,3]'],
    ['another element type', { points: { ...found, shape: [FRAMES] } }, 'is uint8 [3]'],
  ])('refuses %s', async (_, arrays, message) => {
    await expect(read(arrays, ['points'])).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining(message),
      at: { file: 'landmarks.npz' },
    });
  });
});
