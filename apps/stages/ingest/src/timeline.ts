// Time of the clip: 0 is the first picture of the recording (plus startSeconds), 25 pictures a second, 640 samples a
// picture. Held in one place, so that grading, writing and sound cannot disagree.
import { CLIP_FPS, SAMPLE_RATE } from '@portrait/contracts';
import { readAudio, toneMapFilters } from '@portrait/media';
import type { Source } from './check-streams.js';
import type { IngestParams } from '@portrait/contracts';

export const SAMPLES_PER_FRAME = SAMPLE_RATE / CLIP_FPS;

/**
 * Filters from the decoded (and by its flag rotated) picture to upright square-pixel frames at 25 fps of the part asked
 * for.
 */
export function timelineFilters(
  { video, fields }: Source,
  params: Pick<IngestParams, 'startSeconds' | 'durationSeconds'>,
): string[] {
  const { startSeconds, durationSeconds } = params;
  const filters: string[] = [];
  if (video.interlaced) filters.push('bwdif=mode=send_frame:deint=interlaced');
  else if (fields !== null) filters.push(`bwdif=mode=send_frame:parity=${fields}:deint=all`);
  filters.push('setpts=PTS-STARTPTS', `fps=${CLIP_FPS}`);
  if (startSeconds > 0 || durationSeconds !== null) {
    const first = Math.round(startSeconds * CLIP_FPS);
    const end = durationSeconds === null ? '' : `:end_frame=${first + Math.round(durationSeconds * CLIP_FPS)}`;
    filters.push(`trim=start_frame=${first}${end}`, 'setpts=PTS-STARTPTS');
  }
  filters.push(...toneMapFilters(video));
  if (video.sampleAspectRatio !== 1)
    filters.push(`scale=${video.width}:${video.height}:flags=bicubic+accurate_rnd`, 'setsar=1');
  return filters;
}

/** Picks single frames by their number on the clip's timeline. */
export function selectFilter(frames: readonly number[]): string {
  return `select='${
    runsOf(frames)
      .map(([first, last, step]) =>
        first === last
          ? `eq(n,${first})`
          : `between(n,${first},${last})${step === 1 ? '' : `*not(mod(n-${first},${step}))`}`,
      )
      .join('+') || '0'
  }'`;
}

/**
 * Ascending numbers as arithmetic runs [first, last, step], so that the expression ffmpeg evaluates for each frame
 * stays short.
 */
function runsOf(frames: readonly number[]): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (let i = 0; i < frames.length;) {
    const step = frames[i + 1] === undefined ? 1 : frames[i + 1]! - frames[i]!;
    let j = i + 1;
    while (frames[j] !== undefined && frames[j]! - frames[j - 1]! === step) j += 1;
    if (j - i < 3 && step > 1) j = i + 1;
    runs.push([frames[i]!, frames[j - 1]!, j - i === 1 ? 1 : step]);
    i = j;
  }
  return runs;
}

/**
 * Sound on the clip's timeline, 16 kHz mono; a late start is silence, what comes before the first picture is dropped.
 */
export async function readClipSound(
  source: Source,
  params: Pick<IngestParams, 'startSeconds' | 'durationSeconds'>,
  signal: AbortSignal,
): Promise<Float32Array> {
  const first = Math.round(params.startSeconds * CLIP_FPS) * SAMPLES_PER_FRAME;
  const length =
    params.durationSeconds === null ? Infinity : Math.round(params.durationSeconds * CLIP_FPS) * SAMPLES_PER_FRAME;
  const all = await readAudio(source.path, {
    sampleRate: SAMPLE_RATE,
    fromSeconds: source.video.startSeconds,
    track: source.audio.track,
    ...(source.channel !== null && { channel: source.channel }),
    ...(Number.isFinite(length) && { maxSamples: first + length }),
    signal,
  });
  return all.slice(first, Math.min(all.length, first + length));
}

/** Samples moved by `seconds` (positive: later) and padded with silence or cut to `length`. */
export function fitSound(samples: Float32Array, seconds: number, length: number): Float32Array {
  const shift = Math.round(seconds * SAMPLE_RATE);
  const fitted = new Float32Array(length);
  const from = Math.max(0, -shift);
  const part = samples.subarray(from, Math.max(from, Math.min(samples.length, length - shift)));
  if (shift < length) fitted.set(part, Math.max(0, shift));
  return fitted;
}
