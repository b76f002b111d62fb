// Reads and writes safetensors: named fp32 tensors and a string header. Only F32 is written; F32 is all that is read.
import { readFile, writeFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';

export interface Tensor {
  shape: number[];
  data: Float32Array;
}
export interface SafetensorsFile {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export async function writeSafetensors(path: string, file: SafetensorsFile): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let offset = 0;
  const names = Object.keys(file.tensors).sort();
  for (const name of names) {
    const { shape, data } = file.tensors[name]!;
    if (shape.reduce((a, b) => a * b, 1) !== data.length)
      throw new PortraitError(
        'INTERNAL',
        `Tensor ${name}: shape [${shape.join(',')}] does not fit ${data.length} numbers.`,
      );
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  // The format wants the data 8-byte aligned: the header is padded with spaces.
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const head = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const bodies = names.map((name) => bytesOf(file.tensors[name]!.data));
  await writeFile(path, Buffer.concat([length, head, ...bodies]));
}

/** @throws PortraitError ARTIFACT_CORRUPT when truncated, malformed or of another type than F32. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const bytes = await readFile(path);
  const corrupt = (why: string): PortraitError =>
    new PortraitError('ARTIFACT_CORRUPT', `This is not a readable safetensors file: ${why}.`, { at: { file: path } });
  if (bytes.length < 8) throw corrupt('shorter than its header length');
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) throw corrupt('the header is cut off');
  let header: Record<string, HeaderEntry | Record<string, string>>;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as typeof header;
  } catch {
    throw corrupt('the header is not JSON');
  }
  const start = 8 + headerLength;
  const tensors: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = value as HeaderEntry;
    if (entry.dtype !== 'F32') throw corrupt(`tensor ${name} is ${entry.dtype}, not F32`);
    const [from, to] = entry.data_offsets;
    if (start + to > bytes.length || to < from || entry.shape.reduce((a, b) => a * b, 4) !== to - from)
      throw corrupt(`tensor ${name} is cut off`);
    const copy = new Uint8Array(to - from);
    copy.set(bytes.subarray(start + from, start + to));
    tensors[name] = { shape: entry.shape, data: new Float32Array(copy.buffer) };
  }
  return { tensors, metadata: (header['__metadata__'] ?? {}) as Record<string, string> };
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
