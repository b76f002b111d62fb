import { describe, expect, it } from '@jest/globals';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@portrait/testing';
import { readNpyRows } from './npy-rows.js';
import { writeNpy } from './npy.js';

describe('readNpyRows', () => {
  it('reads any rows as the whole array has them, and nothing beyond the ends', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'table.npy');
    await writeNpy(path, {
      shape: [10, 3],
      dtype: 'float32',
      data: Float32Array.from({ length: 30 }, (_, k) => k / 7),
    });
    const rows = async (first: number, count: number): Promise<number[]> =>
      [...(await readNpyRows(path, first, count)).data].map((v) => Math.round(v * 7));
    expect(await rows(4, 2)).toEqual([12, 13, 14, 15, 16, 17]);
    expect(await rows(-2, 3)).toEqual([0, 1, 2]);
    expect(await rows(9, 5)).toEqual([27, 28, 29]);
    expect(await rows(50, 5)).toEqual([]);
    await truncate(path, 200);
    await expect(rows(9, 1)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('refuses other element types', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'bytes.npy');
    await writeNpy(path, { shape: [2, 2], dtype: 'uint8', data: new Uint8Array(4) });
    await expect(readNpyRows(path, 0, 1)).rejects.toThrow(/float32/);
  });
});
