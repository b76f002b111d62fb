// Sound of any length in bounded memory: mono float samples, piece by piece, while ffmpeg waits for the reader.
// `readAudio` gives the whole at once.
import { type ReadAudioOptions } from './audio.js';
import { decodeSound } from './decode-sound.js';

/** Samples of one chunk: 4 s at 16 kHz. */
const CHUNK_SAMPLES = 1 << 16;

/**
 * The same samples as `readAudio`, in chunks of 65,536 (the last one shorter), each freshly owned by the reader.
 * Leaving the loop early ends ffmpeg. Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_AUDIO, DEPENDENCY_MISSING,
 * TOOL_KILLED, CANCELLED.
 */
export async function* readAudioChunks(
  path: string,
  options: ReadAudioOptions,
): AsyncGenerator<Float32Array, void, void> {
  let bytes = new Uint8Array(CHUNK_SAMPLES * 4);
  let filled = 0;
  for await (const piece of decodeSound(path, options)) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + bytes.length - filled);
      bytes.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < bytes.length) continue;
      yield new Float32Array(bytes.buffer);
      bytes = new Uint8Array(CHUNK_SAMPLES * 4);
      filled = 0;
    }
  }
  if (filled >= 4) yield new Float32Array(bytes.buffer, 0, filled >> 2);
}
