// Where a speech pauses, and how far the mouth is at rest in each frame: it eases to the resting mouth when a pause
// begins and is back when the speech goes on. Levels are read once; what a frame shows depends on the whole speech
// only.
import { CLIP_FPS, SAMPLE_RATE } from '@portrait/contracts';
import { readAudioChunks } from '@portrait/media';

/** Frames [start, end) of a speech without sound. */
export interface Pause {
  readonly start: number;
  readonly end: number;
}

/** Frames over which the mouth comes to rest, and over which it is back before the speech goes on. Ours. */
const CLOSING = 6;
const OPENING = 5;
/** Loudness that counts as that of the speech: this share of the frames is softer. */
const SPEECH_SHARE = 0.95;
const SAMPLES = SAMPLE_RATE / CLIP_FPS;

/** Loudness of every frame of a sound, dB below full scale. */
export async function readLevels(path: string, signal: AbortSignal): Promise<Float32Array> {
  const levels: number[] = [];
  let [energy, samples] = [0, 0];
  const end = (): void => {
    if (samples > 0) levels.push(10 * Math.log10(energy / samples + 1e-12));
    [energy, samples] = [0, 0];
  };
  for await (const chunk of readAudioChunks(path, { sampleRate: SAMPLE_RATE, signal })) {
    for (const sample of chunk) {
      energy += sample * sample;
      if (++samples === SAMPLES) end();
    }
  }
  end();
  return Float32Array.from(levels);
}

/**
 * @param minSeconds shorter gaps between words are no pauses
 * @param belowSpeech dB below the loud parts of the speech that count as silence
 */
export function findPauses(levels: Float32Array, minSeconds: number, belowSpeech: number): Pause[] {
  const sorted = levels.slice().sort();
  const speech = sorted[Math.floor(SPEECH_SHARE * (sorted.length - 1))] ?? 0;
  const pauses: Pause[] = [];
  let start: number | null = null;
  for (let frame = 0; frame <= levels.length; frame++) {
    const quiet = frame < levels.length && levels[frame]! < speech - belowSpeech;
    if (quiet) start ??= frame;
    else if (start !== null) {
      if (frame - start > minSeconds * CLIP_FPS) pauses.push({ start, end: frame });
      start = null;
    }
  }
  return pauses;
}

/** Share of the resting mouth in a frame of the speech, 0…1. After the end of the speech the last pause goes on. */
export function restShare(pauses: readonly Pause[], frames: number, frame: number): number {
  const at = Math.min(frame, frames - 1);
  const pause = pauses.find(({ start, end }) => start <= at && at < end);
  if (!pause) return 0;
  const closing = pause.start === 0 ? 1 : ease((frame - pause.start + 1) / CLOSING);
  const opening = pause.end === frames ? 1 : ease((pause.end - frame) / OPENING);
  return Math.min(closing, opening);
}

const ease = (t: number): number => (t >= 1 ? 1 : t <= 0 ? 0 : t * t * (3 - 2 * t));
