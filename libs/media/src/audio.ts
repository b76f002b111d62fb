// Sound in and out: any file ffmpeg reads to mono float samples, and float samples to WAV. Not here: features and
// muxing.
import { open, writeFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { decodeSound, type DecodeSoundOptions } from './decode-sound.js';
import { checkInputFile } from './ffmpeg.js';

export type ReadAudioOptions = DecodeSoundOptions;

/**
 * One sound track as mono float samples in about [-1, 1], [seconds × sampleRate]; channels are mixed down with equal
 * power kept below full scale. Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_AUDIO, DEPENDENCY_MISSING, TOOL_KILLED,
 * CANCELLED.
 */
export async function readAudio(path: string, options: ReadAudioOptions): Promise<Float32Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of decodeSound(path, options)) {
    pieces.push(piece);
    bytes += piece.length;
  }
  const samples = new Float32Array(bytes >> 2);
  const view = new Uint8Array(samples.buffer);
  let offset = 0;
  for (const piece of pieces) {
    view.set(piece.subarray(0, Math.min(piece.length, view.length - offset)), offset);
    offset += piece.length;
  }
  return samples;
}

/** Bytes of a mono 32-bit float WAV file. */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const dataBytes = samples.length * 4;
  const bytes = Buffer.alloc(58 + dataBytes);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(50 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(18, 16); // Size of the format chunk; formats other than PCM carry an extension size.
  bytes.writeUInt16LE(3, 20); // IEEE float
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 4, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.write('fact', 38, 'latin1');
  bytes.writeUInt32LE(4, 42);
  bytes.writeUInt32LE(samples.length, 46);
  bytes.write('data', 50, 'latin1');
  bytes.writeUInt32LE(dataBytes, 54);
  for (let i = 0; i < samples.length; i += 1) bytes.writeFloatLE(samples[i]!, 58 + 4 * i);
  return bytes;
}

export async function writeWav(path: string, samples: Float32Array, sampleRate: number): Promise<void> {
  await writeFile(path, encodeWav(samples, sampleRate));
}

/** Reads a file made by `writeWav` without ffmpeg, bit for bit. Throws INPUT_UNREADABLE for any other layout. */
export async function readWav(path: string): Promise<{ samples: Float32Array; sampleRate: number }> {
  await checkInputFile(path);
  const file = await open(path);
  try {
    const bytes = await file.readFile();
    const ours =
      bytes.length >= 58 &&
      bytes.toString('latin1', 0, 4) === 'RIFF' &&
      bytes.readUInt16LE(20) === 3 &&
      bytes.readUInt16LE(22) === 1 &&
      bytes.toString('latin1', 50, 54) === 'data';
    const length = ours ? bytes.readUInt32LE(54) / 4 : 0;
    if (!ours || bytes.length < 58 + 4 * length)
      throw new PortraitError('INPUT_UNREADABLE', `${path} is not a whole mono 32-bit float WAV file.`, {
        at: { file: path },
        hint: 'Read other sound files with readAudio.',
      });
    const samples = new Float32Array(length);
    for (let i = 0; i < length; i += 1) samples[i] = bytes.readFloatLE(58 + 4 * i);
    return { samples, sampleRate: bytes.readUInt32LE(24) };
  } finally {
    await file.close();
  }
}
