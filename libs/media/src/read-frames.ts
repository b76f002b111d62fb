// Decodes pictures over a pipe, one buffer a frame. Memory stays constant: ffmpeg waits while nobody reads.
// Not here: encoding, and any choice of rate or crop; those are filters of the caller.
import { PortraitError } from '@portrait/contracts';
import { inputArgs } from './container.js';
import { cancelled, QUIET, readError, startProgram } from './ffmpeg.js';
import { probeMedia } from './probe.js';

export type PixelFormat = 'rgb24' | 'rgba' | 'gray';
export const BYTES_PER_PIXEL: Readonly<Record<PixelFormat, number>> = { rgb24: 3, rgba: 4, gray: 1 };

/** Exact rounding and full chroma: the same bytes on every CPU, and no half-pixel chroma smear. */
export const SCALE_FLAGS = 'bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact';

export interface ReadFramesOptions {
  pixelFormat: PixelFormat;
  /**
   * Size of the frames, px. Both or none; without them the size as shown (rotation applied). Required when `filters`
   * change the size.
   */
  width?: number;
  height?: number;
  /** ffmpeg video filters in order, before scaling; for example `fps=25`, `crop=400:400:20:0`. */
  filters?: readonly string[];
  /** First frame, 0-based, counted before the filters. Default 0. */
  startFrame?: number;
  /** Frames at most, counted after the filters. Default: all. */
  frameCount?: number;
  /** Decoder threads. Default: ffmpeg's own choice. */
  threads?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Frames of the first video stream as [height, width, channels] bytes, row by row; every buffer is freshly owned by the
 * reader. Leaving the loop early ends ffmpeg. Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_VIDEO, DEPENDENCY_MISSING,
 * TOOL_KILLED, CANCELLED.
 */
export async function* readFrames(path: string, options: ReadFramesOptions): AsyncGenerator<Uint8Array, void, void> {
  const { signal } = options;
  const plan = await planFrames(path, options);
  const running = startProgram('ffmpeg', plan.args, { signal, stdout: 'pipe' });
  let frame = new Uint8Array(plan.frameBytes);
  let filled = 0;
  let frames = 0;
  try {
    for await (const chunk of running.output()) {
      let taken = 0;
      while (taken < chunk.length) {
        const part = Math.min(chunk.length - taken, plan.frameBytes - filled);
        frame.set(chunk.subarray(taken, taken + part), filled);
        taken += part;
        filled += part;
        if (filled === plan.frameBytes) {
          const whole = frame;
          frame = new Uint8Array(plan.frameBytes);
          filled = 0;
          frames += 1;
          yield whole;
        }
      }
    }
    const code = await running.exit;
    // ffmpeg skips what it cannot decode, and ends well even when that was everything.
    const nothing = frames === 0 && running.stderr() !== '';
    if (code !== 0 || nothing) throw readError(path, running.stderr());
    if (filled !== 0)
      throw new PortraitError('INTERNAL', `${path}: the decoder gave ${filled} bytes too many after frame ${frames}.`, {
        at: { file: path, frame: frames },
        hint: 'Filters that change the size need width and height.',
      });
  } finally {
    await running.stop();
    if (signal?.aborted) throw cancelled();
  }
}

async function planFrames(path: string, options: ReadFramesOptions): Promise<{ args: string[]; frameBytes: number }> {
  const { pixelFormat, startFrame = 0, frameCount } = options;
  let { width, height } = options;
  const filters: string[] = [];
  const seek: string[] = [];
  if (width === undefined || height === undefined || startFrame > 0) {
    const { video } = await probeMedia(path, options);
    if (!video)
      throw new PortraitError('INPUT_NO_VIDEO', `${path} has no picture.`, {
        at: { file: path },
        hint: 'Give a file with a video stream.',
      });
    width ??= video.width;
    height ??= video.height;
    // Our own intra-only files can be entered anywhere; elsewhere only counting is exact.
    if (startFrame > 0 && video.codec === 'ffv1' && !video.variableRate && video.startSeconds === 0)
      seek.push('-ss', ((startFrame - 0.5) / video.fps).toFixed(6));
    else if (startFrame > 0) filters.push(`trim=start_frame=${startFrame}`);
  }
  filters.push(...(options.filters ?? []), `scale=${width}:${height}:flags=${SCALE_FLAGS}`, `format=${pixelFormat}`);
  const args = [
    ...QUIET,
    ...(options.threads ? ['-threads', String(options.threads)] : []),
    ...(await inputArgs(path, seek)),
    '-map',
    '0:V:0',
    '-vf',
    filters.join(','),
    ...(frameCount === undefined ? [] : ['-frames:v', String(frameCount)]),
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    'pipe:1',
  ];
  return { args, frameBytes: width * height * BYTES_PER_PIXEL[pixelFormat] };
}
