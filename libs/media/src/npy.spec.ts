import { describe, expect, it } from '@jest/globals';
import { deflateRawSync } from 'node:zlib';
import { join } from 'node:path';
import { temporaryDirectory } from '@portrait/testing';
import {
  decodeNpy,
  decodeNpz,
  encodeNpy,
  encodeNpz,
  readNpy,
  readNpz,
  writeNpy,
  writeNpz,
  type NpyArray,
} from './index.js';

const ARRAYS: Record<string, NpyArray> = {
  points: { shape: [2, 3, 1], dtype: 'float32', data: new Float32Array([1.5, -2, 3e-8, Infinity, 0, 6]) },
  found: { shape: [3], dtype: 'uint8', data: new Uint8Array([1, 0, 255]) },
  rects: { shape: [0, 4], dtype: 'int32', data: new Int32Array(0) },
  scalar: { shape: [], dtype: 'int32', data: new Int32Array([-7]) },
};

/** numpy.save(numpy.arange(3, dtype='<i4')), byte for byte as NumPy 1.24 writes it. */
const BY_NUMPY = Buffer.concat([
  Buffer.from('934e554d5059010076', 'hex'),
  Buffer.from([0]),
  Buffer.from(`{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }`.padEnd(117) + '\n', 'latin1'),
  Buffer.from('000000000100000002000000', 'hex'),
]);

describe('array files', () => {
  it('are those of NumPy', () => {
    expect(
      Buffer.from(encodeNpy({ shape: [3], dtype: 'int32', data: new Int32Array([0, 1, 2]) })).equals(BY_NUMPY),
    ).toBe(true);
    expect(decodeNpy(BY_NUMPY)).toEqual({ shape: [3], dtype: 'int32', data: new Int32Array([0, 1, 2]) });
  });

  it.each(Object.keys(ARRAYS))('give back %s', async (name) => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.npy');
    await writeNpy(path, ARRAYS[name]!);
    expect(await readNpy(path)).toEqual(ARRAYS[name]);
  });

  it('give back an archive, twice the same bytes', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.npz');
    await writeNpz(path, ARRAYS);
    expect(await readNpz(path)).toEqual(ARRAYS);
    expect(Buffer.from(encodeNpz(ARRAYS)).equals(encodeNpz(ARRAYS))).toBe(true);
  });

  it('read deflated archives', () => {
    const stored = Buffer.from(encodeNpz({ x: ARRAYS['found']! }));
    const body = stored.subarray(30 + 5, stored.indexOf('PK\x01\x02', 0, 'latin1'));
    const packed = deflateRawSync(body);
    const central = Buffer.from(stored.subarray(stored.indexOf('PK\x01\x02', 0, 'latin1')));
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    const offset = 35 + packed.length;
    central.writeUInt32LE(offset, central.length - 22 + 16);
    expect(decodeNpz(Buffer.concat([stored.subarray(0, 35), packed, central]))).toEqual({ x: ARRAYS['found'] });
  });

  it('that are damaged are refused', () => {
    const archive = Buffer.from(encodeNpz(ARRAYS));
    archive[160]! ^= 1;
    expect(() => decodeNpz(archive)).toThrow(/checksum/);
    expect(() => decodeNpz(archive.subarray(0, 100))).toThrow(/directory/);
    expect(() => decodeNpy(encodeNpy(ARRAYS['points']!).subarray(0, 140))).toThrow(/hold less/);
    expect(() => decodeNpy(Buffer.from('text'))).toThrow(/header/);
    expect(() => encodeNpy({ shape: [2], dtype: 'uint8', data: new Uint8Array(3) })).toThrow(/2 elements, not 3/);
  });
});
