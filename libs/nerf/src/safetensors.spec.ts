import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { folderForTests } from '@portrait/testing';
import { readSafetensors, writeSafetensors } from './safetensors.js';

describe('safetensors', () => {
  const folder = folderForTests();

  it('reads back what it wrote, names, shapes, bits and metadata', async () => {
    const path = folder.file('a.safetensors');
    const data = Float32Array.from([1.5, -0, Number.MIN_VALUE, 3e38, 0.1, 7]);
    await writeSafetensors(path, {
      tensors: { 'net.w': { shape: [2, 3], data }, empty: { shape: [0], data: new Float32Array(0) } },
      metadata: { format: '1' },
    });
    const back = await readSafetensors(path);
    expect(back.metadata).toEqual({ format: '1' });
    expect(back.tensors['net.w']!.shape).toEqual([2, 3]);
    expect(Buffer.from(back.tensors['net.w']!.data.buffer)).toEqual(Buffer.from(data.buffer));
  });

  it('starts the data at a multiple of 8, as readers that map the file expect', async () => {
    const path = folder.file('b.safetensors');
    await writeSafetensors(path, { tensors: { x: { shape: [1], data: Float32Array.of(1) } }, metadata: {} });
    const bytes = await readFile(path);
    expect((8 + Number(bytes.readBigUInt64LE(0))) % 8).toBe(0);
  });

  it('refuses a truncated file by name of the tensor', async () => {
    const path = folder.file('c.safetensors');
    await writeSafetensors(path, { tensors: { x: { shape: [4], data: new Float32Array(4) } }, metadata: {} });
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 4));
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringContaining('x'),
    });
  });
});
