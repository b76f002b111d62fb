// Rows out of the middle of a float .npy file, for arrays that grow with the length of a recording and must not be held
// whole.
import { open } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { checkInputFile } from './ffmpeg.js';
import { decodeNpyHeader } from './npy.js';

/** More than any header we write; NumPy pads to multiples of 64 bytes. */
const HEADER_BYTES = 4096;

/**
 * Rows [first, first + count) of a float32 array [rows, columns], as far as they exist.
 * Throws NOT_FOUND, ARTIFACT_CORRUPT.
 */
export async function readNpyRows(
  path: string,
  first: number,
  count: number,
): Promise<{ rows: number; columns: number; data: Float32Array }> {
  await checkInputFile(path);
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(head, 0, HEADER_BYTES, 0);
    const { shape, descriptor, start } = decodeNpyHeader(head.subarray(0, bytesRead), path);
    const [rows, columns] = shape;
    if (shape.length !== 2 || descriptor !== '<f4')
      throw corrupt(path, `a float32 table was expected, not ${descriptor} [${shape.join(',')}]`);
    const from = Math.min(Math.max(0, first), rows!);
    const data = new Float32Array((Math.min(rows!, Math.max(from, first + count)) - from) * columns!);
    const bytes = new Uint8Array(data.buffer);
    const got =
      bytes.length === 0 ? 0 : (await file.read(bytes, 0, bytes.length, start + from * columns! * 4)).bytesRead;
    if (got !== bytes.length) throw corrupt(path, 'the file ends before its last row');
    return { rows: rows!, columns: columns!, data };
  } finally {
    await file.close();
  }
}

function corrupt(path: string, what: string): PortraitError {
  return new PortraitError('ARTIFACT_CORRUPT', `${path} is not a whole array file: ${what}.`, {
    at: { file: path },
    hint: 'Run the stage that made it again.',
  });
}
