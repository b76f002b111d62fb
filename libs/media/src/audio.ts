// Sound in and out: any file ffmpeg reads to mono float samples, and float samples to WAV. Not here: features and muxing.
import { open, writeFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { inputArgs } from './container.js';
import { cancelled, checkInputFile, QUIET, readError, startProgram } from './ffmpeg.js';
import { checkSeconds } from './limits.js';
import { probeMedia } from './probe.js';

export interface ReadAudioOptions {
  /** Samples a second of the result, Hz. */
  sampleRate: number;
  /** ffmpeg audio filters in order, before the change of rate; for example `volume=0.5`. */
  filters?: readonly string[];
  /** Time of sample 0 on the container's clock, seconds: a later start and gaps are filled with silence, what comes before is dropped. Default: sample 0 is the first there is. */
  fromSeconds?: number;
  signal?: AbortSignal | undefined;
}

/**
 * First sound stream as mono float samples in about [-1, 1], [seconds × sampleRate]; channels are mixed down with equal power kept below full scale.
 * Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_AUDIO, DEPENDENCY_MISSING, TOOL_KILLED, CANCELLED.
 */
export async function readAudio(path: string, options: ReadAudioOptions): Promise<Float32Array> {
  const { signal } = options;
  const running = startProgram('ffmpeg', await decodeArgs(path, options), { signal, stdout: 'pipe' });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of running.output()) {
      chunks.push(chunk);
      bytes += chunk.length;
      checkSeconds(path, bytes / 4 / options.sampleRate);
    }
  } catch (error) {
    await running.stop();
    throw signal?.aborted ? cancelled() : error;
  }
  const code = await running.exit;
  if (code !== 0) {
    const info = await probeMedia(path, { signal });
    if (!info.audio)
      throw new PortraitError('INPUT_NO_AUDIO', `${path} has no sound.`, {
        at: { file: path },
        hint: 'Give a file with a sound stream.',
      });
    throw readError(path, running.stderr());
  }
  const samples = new Float32Array(bytes >> 2);
  const view = new Uint8Array(samples.buffer);
  let offset = 0;
  for (const chunk of chunks) {
    view.set(chunk.subarray(0, Math.min(chunk.length, view.length - offset)), offset);
    offset += chunk.length;
  }
  return samples;
}

/** Arguments that decode the first sound stream to raw mono float samples on stdout. */
export async function decodeArgs(path: string, options: ReadAudioOptions): Promise<string[]> {
  const { sampleRate, filters = [], fromSeconds } = options;
  // Without -copyts some containers would be counted from their first sound instead of their first stream.
  const kept = fromSeconds !== undefined;
  return [
    ...QUIET,
    ...(kept ? ['-copyts'] : []),
    ...(await inputArgs(path)),
    '-map',
    '0:a:0',
    '-af',
    [
      ...(kept ? [`asetpts=PTS-${fromSeconds}/TB`] : []),
      ...filters,
      `aresample=${sampleRate}${kept ? ':async=1:first_pts=0' : ''}`,
    ].join(','),
    '-ac',
    '1',
    '-f',
    'f32le',
    'pipe:1',
  ];
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
