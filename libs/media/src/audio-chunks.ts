// Sound of any length in bounded memory: mono float samples, piece by piece, while ffmpeg waits for the reader.
// `readAudio` gives the whole at once.
import { PortraitError } from '@portrait/contracts';
import { decodeArgs, type ReadAudioOptions } from './audio.js';
import { cancelled, readError, startProgram } from './ffmpeg.js';
import { checkSeconds } from './limits.js';
import { probeMedia } from './probe.js';

/** Samples of one chunk: 4 s at 16 kHz. */
const CHUNK_SAMPLES = 1 << 16;

/**
 * The same samples as `readAudio`, in chunks of 65,536 (the last one shorter), each freshly owned by the reader.
 * Leaving the loop early ends ffmpeg. Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_AUDIO, DEPENDENCY_MISSING, TOOL_KILLED, CANCELLED.
 */
export async function* readAudioChunks(
  path: string,
  options: ReadAudioOptions,
): AsyncGenerator<Float32Array, void, void> {
  const { signal } = options;
  const running = startProgram('ffmpeg', await decodeArgs(path, options), { signal, stdout: 'pipe' });
  let bytes = new Uint8Array(CHUNK_SAMPLES * 4);
  let filled = 0;
  let samples = 0;
  try {
    for await (const piece of running.output()) {
      for (let taken = 0; taken < piece.length;) {
        const part = piece.subarray(taken, taken + bytes.length - filled);
        bytes.set(part, filled);
        taken += part.length;
        filled += part.length;
        if (filled < bytes.length) continue;
        samples += CHUNK_SAMPLES;
        checkSeconds(path, samples / options.sampleRate);
        yield new Float32Array(bytes.buffer);
        bytes = new Uint8Array(CHUNK_SAMPLES * 4);
        filled = 0;
      }
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
    if (filled >= 4) yield new Float32Array(bytes.buffer, 0, filled >> 2);
  } finally {
    await running.stop();
    if (signal?.aborted) throw cancelled();
  }
}
