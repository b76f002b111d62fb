// NumPy's array files, .npy and .npz, so that the field's tools read our arrays. C order, little-endian, format version
// 1.0. Not here: arrays of objects, strings or complex numbers; they are refused.
import { readFile, writeFile } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { PortraitError } from '@portrait/contracts';
import { checkInputFile } from './ffmpeg.js';

export type NpyArray =
  | { shape: number[]; dtype: 'float32'; data: Float32Array }
  | { shape: number[]; dtype: 'int32'; data: Int32Array }
  | { shape: number[]; dtype: 'uint8'; data: Uint8Array };

const DESCRIPTORS = { float32: '<f4', int32: '<i4', uint8: '|u1' } as const;
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);

const malformed = (what: string, name: string): PortraitError =>
  new PortraitError('ARTIFACT_CORRUPT', `${name} is not a whole array file: ${what}.`, {
    at: { file: name },
    hint: 'Run the stage that made it again.',
  });

export function encodeNpy(array: NpyArray): Uint8Array {
  const count = array.shape.reduce((a, b) => a * b, 1);
  if (count !== array.data.length)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `An array of shape [${array.shape.join(',')}] has ${count} elements, not ${array.data.length}.`,
    );
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`;
  const dictionary = `{'descr': '${DESCRIPTORS[array.dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = dictionary.padEnd(Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 11) + '\n';
  const lead = Buffer.alloc(10);
  MAGIC.copy(lead);
  lead.writeUInt8(1, 6);
  lead.writeUInt16LE(header.length, 8);
  return Buffer.concat([
    lead,
    Buffer.from(header, 'latin1'),
    new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength),
  ]);
}

export interface NpyHeader {
  shape: number[];
  /** NumPy's name of the element type, for example `<f4`. */
  descriptor: string | undefined;
  /** Byte at which the elements begin. */
  start: number;
}

/** Throws ARTIFACT_CORRUPT when `bytes` do not begin with a whole header of an array in C order. */
export function decodeNpyHeader(bytes: Uint8Array, name = 'array'): NpyHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12 || !buffer.subarray(0, 6).equals(MAGIC)) throw malformed('no NumPy header', name);
  const wide = buffer[6]! >= 2;
  const start = (wide ? 12 : 10) + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  const header = buffer.toString('latin1', wide ? 12 : 10, start);
  const descriptor = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .map((s) => s.trim())
    .filter(Boolean)
    .map(Number);
  if (!shape || /'fortran_order':\s*True/.test(header)) throw malformed('a layout other than C order', name);
  return { shape, descriptor, start };
}

export function decodeNpy(bytes: Uint8Array, name = 'array'): NpyArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { shape, descriptor, start } = decodeNpyHeader(bytes, name);
  const count = shape.reduce((a, b) => a * b, 1);
  const body = (width: number): ArrayBuffer => {
    if (buffer.length < start + count * width)
      throw malformed(`${buffer.length} bytes hold less than [${shape.join(',')}]`, name);
    return new Uint8Array(buffer.subarray(start, start + count * width)).buffer;
  };
  switch (descriptor) {
    case '<f4':
      return { shape, dtype: 'float32', data: new Float32Array(body(4)) };
    case '<i4':
      return { shape, dtype: 'int32', data: new Int32Array(body(4)) };
    case '|u1':
      return { shape, dtype: 'uint8', data: new Uint8Array(body(1)) };
    default:
      throw malformed(`element type ${descriptor} is not float32, int32 or uint8`, name);
  }
}

export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  await writeFile(path, encodeNpy(array));
}

/** Throws NOT_FOUND, ARTIFACT_CORRUPT. */
export async function readNpy(path: string): Promise<NpyArray> {
  await checkInputFile(path);
  return decodeNpy(await readFile(path), path);
}

/** Zip of `<name>.npy`, stored, without dates: equal arrays, equal bytes. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const name of Object.keys(arrays)) {
    const body = encodeNpy(arrays[name]!);
    const fileName = Buffer.from(`${name}.npy`, 'utf8');
    const common = Buffer.alloc(26); // From "version needed" to "extra length", equal in both headers.
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8); // 1 January 1980, the earliest a zip can say.
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(fileName.length, 22);
    const tail = Buffer.alloc(14); // Comment length, disk, attributes; then the offset of the local header.
    tail.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, fileName, body);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, fileName);
    offset += 30 + fileName.length + body.length;
    if (offset > 0xffffffff)
      throw new PortraitError('NOT_SUPPORTED', 'Arrays of more than 4 GiB in one .npz file are not supported.');
  }
  const entries = Object.keys(arrays).length;
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directoryBytes, end]);
}

/** Reads stored and deflated archives, as numpy.savez and savez_compressed write them. */
export function decodeNpz(bytes: Uint8Array, name = 'archive'): Record<string, NpyArray> {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > zip.length) throw malformed('no zip directory at its end', name);
  const arrays: Record<string, NpyArray> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let i = zip.readUInt16LE(end + 10); i > 0; i -= 1) {
    if (at + 46 > end || zip.toString('latin1', at, at + 4) !== 'PK\x01\x02')
      throw malformed('a broken zip directory', name);
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const entry = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + size);
    const body = method === 8 ? inflateRawSync(packed) : packed;
    if (crc32(body) !== zip.readUInt32LE(at + 16)) throw malformed(`checksum of ${entry} differs`, name);
    arrays[entry.replace(/\.npy$/, '')] = decodeNpy(body, `${name}/${entry}`);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return arrays;
}

export async function writeNpz(path: string, arrays: Readonly<Record<string, NpyArray>>): Promise<void> {
  await writeFile(path, encodeNpz(arrays));
}

/** Throws NOT_FOUND, ARTIFACT_CORRUPT. */
export async function readNpz(path: string): Promise<Record<string, NpyArray>> {
  await checkInputFile(path);
  return decodeNpz(await readFile(path), path);
}
