// Whole files through ffmpeg without a detour over our process: one clip to FFV1, many clips joined. Not here: any
// judgement.
import { PortraitError } from '@portrait/contracts';
import { containerArgs, encoderArgs } from './encodings.js';
import { inputArgs } from './container.js';
import {
  fileUrl,
  QUIET,
  readError,
  removeOutput,
  saysUnwritable,
  startProgram,
  TELL_PROGRESS,
  writeError,
} from './ffmpeg.js';
import { probeMedia } from './probe.js';

export interface TranscodeOptions {
  /** ffmpeg video filters in order. */
  filters: readonly string[];
  /** Lossless from here on: pixel format the frames are kept in, for example `yuv420p`. */
  pixelFormat: 'yuv420p' | 'bgr0' | 'gray';
  /** Tags of the YUV matrix and range, so that every reader converts alike. */
  colour?: { matrix: string; range: 'tv' | 'pc' };
  /** Frames at most. */
  frameCount?: number;
  threads?: number;
  onFrame?: (frames: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * First video stream → FFV1 in Matroska, constant rate as the filters make it. Returns the number of frames written.
 */
export async function transcodeToFfv1(path: string, out: string, options: TranscodeOptions): Promise<number> {
  const running = startProgram(
    'ffmpeg',
    [
      ...QUIET,
      ...TELL_PROGRESS,
      '-y',
      ...(options.threads ? ['-threads', String(options.threads)] : []),
      ...(await inputArgs(path)),
      '-map',
      '0:V:0',
      '-an',
      '-vf',
      [...options.filters, `format=${options.pixelFormat}`].join(','),
      ...(options.frameCount === undefined ? [] : ['-frames:v', String(options.frameCount)]),
      '-fps_mode',
      'passthrough',
      ...encoderArgs('ffv1'),
      ...(options.colour ? ['-colorspace', options.colour.matrix, '-color_range', options.colour.range] : []),
      ...containerArgs('ffv1', {}),
      fileUrl(out),
    ],
    { signal: options.signal, stdout: 'pipe' },
  );
  let frames = 0;
  running.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    for (const match of text.matchAll(/^frame=\s*(\d+)/gm)) frames = Number(match[1]);
    options.onFrame?.(frames);
  });
  let code: number | null;
  try {
    code = await running.exit;
  } catch (error) {
    await removeOutput(out);
    throw error;
  }
  if (code !== 0 || saysUnwritable(running.stderr())) {
    await removeOutput(out);
    throw saysUnwritable(running.stderr()) ? writeError(out, running.stderr()) : readError(path, running.stderr());
  }
  return frames;
}

const JOIN_SAMPLE_RATE = 44100;

/**
 * Joins clips of equal size and rate end to end, lossless H.264 (4:2:0) and 16-bit sound in Matroska: decoded three
 * times as fast as FFV1. The sound of each clip is padded with silence or cut to the length of its picture, so that
 * sound and picture stay together over every join.
 */
export async function joinClips(
  paths: readonly string[],
  out: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<{ frames: number; seconds: number }> {
  if (paths.length === 0) throw new PortraitError('INVALID_ARGUMENT', 'There are no clips to join.');
  let expected: { width: number; height: number; fps: number } | undefined;
  const chains: string[] = [];
  let frames = 0;
  for (const [i, path] of paths.entries()) {
    const { video, audio, seconds } = await probeMedia(path, options);
    if (!video) throw new PortraitError('INPUT_NO_VIDEO', `${path} has no picture.`, { at: { file: path } });
    if (!audio) throw new PortraitError('INPUT_NO_AUDIO', `${path} has no sound.`, { at: { file: path } });
    expected ??= video;
    if (
      video.width !== expected.width ||
      video.height !== expected.height ||
      Math.abs(video.fps - expected.fps) > 1e-6
    ) {
      throw new PortraitError(
        'INCOMPATIBLE',
        `${path} is ${video.width}×${video.height} at ${video.fps} fps; the first clip is ` +
          `${expected.width}×${expected.height} at ${expected.fps}.`,
        { at: { file: path }, hint: 'Join clips of one recording.' },
      );
    }
    const length = video.frames ?? Math.round((video.seconds ?? seconds) * video.fps);
    frames += length;
    const samples =
      Math.round((frames * JOIN_SAMPLE_RATE) / video.fps) -
      Math.round(((frames - length) * JOIN_SAMPLE_RATE) / video.fps);
    chains.push(
      `[${i}:V:0]trim=end_frame=${length},setpts=PTS-STARTPTS[v${i}]`,
      `[${i}:a:0]aresample=${JOIN_SAMPLE_RATE},aformat=sample_fmts=s16:channel_layouts=stereo,asetpts=N/SR/TB,` +
        `apad=whole_len=${samples},atrim=end_sample=${samples}[a${i}]`,
    );
  }
  const inputs: string[] = [];
  for (const path of paths) inputs.push(...(await inputArgs(path)));
  const pads = paths.map((_, i) => `[v${i}][a${i}]`).join('');
  const graph = `${chains.join(';')};${pads}concat=n=${paths.length}:v=1:a=1[v][a]`;
  const running = startProgram(
    'ffmpeg',
    [
      ...QUIET,
      ...TELL_PROGRESS,
      '-y',
      ...inputs,
      '-filter_complex',
      graph,
      '-map',
      '[v]',
      '-map',
      '[a]',
      '-c:v',
      'libx264',
      '-qp',
      '0',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-threads:v',
      '4',
      '-c:a',
      'pcm_s16le',
      ...containerArgs('ffv1', {}),
      fileUrl(out),
    ],
    { signal: options.signal, stdout: 'pipe' },
  );
  running.child.stdout!.resume();
  try {
    const code = await running.exit;
    if (code !== 0 || saysUnwritable(running.stderr())) throw writeError(out, running.stderr());
  } catch (error) {
    await removeOutput(out);
    throw error;
  }
  return { frames, seconds: frames / expected!.fps };
}
