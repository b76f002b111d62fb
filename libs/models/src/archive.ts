// Reads one member of a zip archive (wheels, MediaPipe .task bundles, Zenodo records) or a gzipped tar (source
// archives). Without encryption and zip64; writes nothing to disk.
import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createGunzip, inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

interface Reader {
  readonly size: number;
  read(offset: number, length: number): Promise<Buffer>;
}

async function zipMember(archive: Reader, member: string): Promise<Buffer | null> {
  const tailLength = Math.min(archive.size, 22 + 0xffff);
  const tail = await archive.read(archive.size - tailLength, tailLength);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('not a zip archive');
  const directory = await archive.read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    if (name === member) {
      const method = directory.readUInt16LE(at + 10);
      const packed = directory.readUInt32LE(at + 20);
      const header = await archive.read(directory.readUInt32LE(at + 42), 30);
      const start = directory.readUInt32LE(at + 42) + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      const bytes = await archive.read(start, packed);
      if (method === STORED) return bytes;
      if (method === DEFLATED) return inflateRawSync(bytes);
      throw new Error(`compression method ${method} of ${member} is not supported`);
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return null;
}

/** Member of a zip archive held in memory; null when there is none of that name. */
export function readZipBytes(archive: Uint8Array, member: string): Promise<Buffer | null> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  return zipMember(
    { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) },
    member,
  );
}

/** Member of a zip archive on disk; reads the directory and the member only. */
export async function readZipFile(path: string, member: string): Promise<Buffer | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      if (bytesRead !== length) throw new Error('the zip archive is truncated');
      return buffer;
    };
    return await zipMember({ size, read }, member);
  } finally {
    await file.close();
  }
}

/** Member of a .tar.gz whose path ends in `member`; null when there is none. */
export async function readTarGzFile(path: string, member: string): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path).pipe(createGunzip())) chunks.push(chunk as Buffer);
  const tar = Buffer.concat(chunks);
  for (let at = 0; at + 512 <= tar.length;) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    if (!name) break;
    const size = parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name.endsWith(`/${member}`)) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return null;
}
