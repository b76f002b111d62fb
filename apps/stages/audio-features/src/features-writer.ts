// Writes features.npy block by block, in constant memory. readNpy of @portrait/media reads it.
import { open, type FileHandle } from 'node:fs/promises';

/** Long enough for any shape, so that the header can be rewritten with the final length. */
const HEADER_BYTES = 128;

export class FeaturesWriter {
  private frames = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly channels: number,
  ) {}

  static async create(path: string, channels: number): Promise<FeaturesWriter> {
    const file = await open(path, 'w');
    await file.write(npyHeader(0, channels));
    return new FeaturesWriter(file, channels);
  }

  /** @param features [n][channels] */
  async append(features: Float32Array): Promise<void> {
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    for (let written = 0; written < bytes.length;) written += (await this.file.write(bytes, written)).bytesWritten;
    this.frames += features.length / this.channels;
  }

  /** Writes the final shape into the header. @returns frames written */
  async close(): Promise<number> {
    try {
      await this.file.write(npyHeader(this.frames, this.channels), 0, HEADER_BYTES, 0);
    } finally {
      await this.file.close();
    }
    return this.frames;
  }

  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }
}

/** NPY format 1.0: magic, version, header length, a Python dictionary padded with spaces and ended by a newline. */
function npyHeader(frames: number, channels: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES, 0x20);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(HEADER_BYTES - 10, 8);
  bytes.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${frames}, ${channels}), }`, 10, 'latin1');
  bytes[HEADER_BYTES - 1] = 0x0a;
  return bytes;
}
