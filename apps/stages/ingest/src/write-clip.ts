// Writes the clip: pictures cropped, scaled and kept without further loss, sound of exactly their length.
import {
  CLIP_FPS,
  PortraitError,
  SAMPLE_RATE,
  clipJsonSchema,
  type ArtifactDraft,
  type ClipJson,
} from '@portrait/contracts';
import { dynamicRange, transcodeToFfv1, writeWav } from '@portrait/media';
import type { Source } from './check-streams.js';
import type { Crop } from './crop.js';
import { SAMPLES_PER_FRAME, fitSound } from './timeline.js';

export interface ClipPlan {
  filters: readonly string[];
  crop: Crop;
  size: number;
  frames: number;
  sound: Float32Array;
  /** Seconds the sound is moved by; positive: later. */
  soundShift: number;
  threads: number;
  signal: AbortSignal;
  onFrame: (frames: number) => void;
}

/**
 * Players and libraries read untagged pictures as BT.601 or BT.709 as they like; ours are tagged when they are
 * converted.
 */
const COLOUR = { matrix: 'bt709', range: 'tv' } as const;

export async function writeClip(
  draft: ArtifactDraft<'clip'>,
  source: Source,
  plan: ClipPlan,
  about: Omit<ClipJson, 'size' | 'fps' | 'frames' | 'sampleRate' | 'samples' | 'crop'>,
): Promise<ClipJson> {
  const { crop, size, frames } = plan;
  const whole = crop.size === source.video.width && crop.size === source.video.height;
  const filters = [...plan.filters];
  if (!whole) filters.push(`crop=${crop.size}:${crop.size}:${crop.left}:${crop.top}`);
  // A picture that needs no change keeps its very samples.
  const standard = source.video.pixelFormat === 'yuv420p' && dynamicRange(source.video) === null;
  const untouched = size === crop.size && standard;
  if (!untouched)
    filters.push(
      `scale=${size}:${size}:flags=lanczos+accurate_rnd+bitexact` +
        `:out_color_matrix=${COLOUR.matrix}:out_range=${COLOUR.range}`,
    );
  const written = await transcodeToFfv1(source.path, draft.path('video.mkv'), {
    filters,
    pixelFormat: 'yuv420p',
    ...(!untouched && { colour: COLOUR }),
    frameCount: frames,
    threads: plan.threads,
    onFrame: plan.onFrame,
    signal: plan.signal,
  });
  if (written !== frames)
    throw new PortraitError('INTERNAL', `The clip has ${written} frames instead of ${frames}.`, {
      hint: 'The recording gave another number of frames when read again; convert it with ffmpeg and try that.',
    });
  const samples = frames * SAMPLES_PER_FRAME;
  await writeWav(draft.path('audio.wav'), fitSound(plan.sound, plan.soundShift, samples), SAMPLE_RATE);
  const clip = clipJsonSchema.parse({ size, fps: CLIP_FPS, frames, sampleRate: SAMPLE_RATE, samples, crop, ...about });
  await draft.writeJson('clip.json', clip);
  return clip;
}
