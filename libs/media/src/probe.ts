// Reads what a container says about its streams, without decoding, and refuses what is beyond the limits.
// Not here: judgement of the content.
import { PortraitError } from '@portrait/contracts';
import { inputArgs } from './container.js';
import { readError, refusesSize, runProgram } from './ffmpeg.js';
import { checkChannels, checkPixels, checkSeconds } from './limits.js';

export interface VideoStreamInfo {
  codec: string;
  /** Size as shown: rotation applied, pixels square (the width is stretched by the sample aspect ratio). */
  width: number;
  height: number;
  /** Size as coded, before rotation. */
  codedWidth: number;
  codedHeight: number;
  /** Mean frames a second. */
  fps: number;
  /** True when the container says that its rate varies. */
  variableRate: boolean;
  /** Degrees clockwise the picture must be turned to be shown upright: 0, 90, 180, 270. */
  rotation: number;
  /** Width of a coded pixel over its height. */
  sampleAspectRatio: number;
  /** As the container says; absent where it does not. */
  frames?: number;
  /** Time of the first frame, seconds, on the container's clock (it may start after 0). */
  startSeconds: number;
  seconds?: number;
  pixelFormat: string;
  /** Transfer function by ffmpeg's name, `unknown` where the file does not say. */
  transfer: string;
  /** True when a frame holds two fields of different times. */
  interlaced: boolean;
}

export interface AudioStreamInfo {
  /** Number among the sound tracks, from 0. */
  track: number;
  /** True when the container calls it the default one. */
  isDefault: boolean;
  codec: string;
  channels: number;
  sampleRate: number;
  /** Time of the first sample, seconds, on the container's clock. */
  startSeconds: number;
  seconds?: number;
}

export interface MediaInfo {
  container: string;
  /** Duration as the container says; 0 when it does not. */
  seconds: number;
  /** Earliest start of any stream; ffmpeg counts time from here. */
  startSeconds: number;
  bytes: number;
  /** First moving picture stream; cover art does not count. */
  video?: VideoStreamInfo;
  /** The sound a player plays: the track the container calls default, else the first. */
  audio?: AudioStreamInfo;
  /** All sound tracks in order. */
  audioTracks: readonly AudioStreamInfo[];
}

export interface ProbeOptions {
  signal?: AbortSignal | undefined;
}

interface RawStream {
  codec_type?: string;
  codec_name?: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  color_transfer?: string;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  sample_aspect_ratio?: string;
  nb_frames?: string;
  start_time?: string;
  duration?: string;
  channels?: number;
  sample_rate?: string;
  field_order?: string;
  disposition?: { attached_pic?: number; default?: number };
  side_data_list?: { rotation?: number }[];
  tags?: Record<string, string>;
}

/**
 * Streams and times of any file ffmpeg reads.
 * Throws NOT_FOUND, INPUT_UNREADABLE (folder, empty, not media, beyond a limit), DEPENDENCY_MISSING, TOOL_KILLED,
 * CANCELLED.
 */
export async function probeMedia(path: string, options: ProbeOptions = {}): Promise<MediaInfo> {
  const shown = ['-print_format', 'json', '-show_format', '-show_streams'];
  const args = ['-v', 'error', ...shown, ...(await inputArgs(path))];
  const { code, stdout, stderr } = await runProgram('ffprobe', args, options.signal);
  if (code !== 0 || refusesSize(stderr)) throw readError(path, stderr);
  const raw = parseOutput(stdout);
  if (!raw?.format || !raw.streams?.length)
    throw new PortraitError('INPUT_UNREADABLE', `${path} is not media that ffmpeg knows.`, {
      at: { file: path },
      hint: 'Give a video or sound file.',
    });
  const { streams } = raw;
  const video = streams.find(
    (s) => s.codec_type === 'video' && s.disposition?.attached_pic !== 1 && (s.width ?? 0) > 0,
  );
  const audioTracks = streams
    .filter((s) => s.codec_type === 'audio')
    .map(describeAudio)
    .filter(({ channels }) => channels > 0);
  const audio = audioTracks.find(({ isDefault }) => isDefault) ?? audioTracks[0];
  const seconds = numberOr(raw.format.duration, 0);
  checkSeconds(path, Math.max(seconds, ...streams.map((s) => numberOr(s.duration, 0))));
  for (const stream of streams) {
    checkPixels(path, stream.width ?? 0, stream.height ?? 0);
    checkChannels(path, stream.channels ?? 0);
  }
  return {
    container: raw.format.format_name ?? 'unknown',
    seconds,
    startSeconds: numberOr(raw.format.start_time, 0),
    bytes: numberOr(raw.format.size, 0),
    ...(video && { video: describeVideo(video) }),
    ...(audio && { audio }),
    audioTracks,
  };
}

interface RawOutput {
  format?: { format_name?: string; duration?: string; start_time?: string; size?: string };
  streams?: RawStream[];
}

function parseOutput(text: string): RawOutput | null {
  try {
    return JSON.parse(text) as RawOutput;
  } catch {
    return null; // Cut off: the tags of the file are larger than any output that is read.
  }
}

/** Sound to be muxed. Throws what `probeMedia` throws, and INPUT_NO_AUDIO. */
export async function probeSound(path: string, options: ProbeOptions = {}): Promise<AudioStreamInfo> {
  const { audio } = await probeMedia(path, options);
  if (audio) return audio;
  throw new PortraitError('INPUT_NO_AUDIO', `${path} has no sound.`, {
    at: { file: path },
    hint: 'Give a file with a sound stream.',
  });
}

function describeVideo(raw: RawStream): VideoStreamInfo {
  const codedWidth = raw.width ?? 0;
  const codedHeight = raw.height ?? 0;
  const aspect = ratio(raw.sample_aspect_ratio?.replace(':', '/')) || 1;
  // ffprobe tells the display matrix counter-clockwise; the older `rotate` tag is clockwise.
  const counterClockwise = raw.side_data_list?.find((s) => typeof s.rotation === 'number')?.rotation;
  const clockwise = counterClockwise !== undefined ? -counterClockwise : numberOr(raw.tags?.['rotate'], 0);
  const rotation = (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360;
  const shown = [Math.max(2, Math.round(codedWidth * aspect)), codedHeight] as const;
  const [width, height] = rotation % 180 === 90 ? [shown[1], shown[0]] : shown;
  const mean = ratio(raw.avg_frame_rate);
  const nominal = ratio(raw.r_frame_rate);
  const frames = numberOr(raw.nb_frames, 0);
  const seconds = numberOr(raw.duration, 0);
  return {
    codec: raw.codec_name ?? 'unknown',
    width,
    height,
    codedWidth,
    codedHeight,
    fps: mean || nominal,
    variableRate: mean > 0 && nominal > 0 && Math.abs(mean - nominal) > 0.01 * nominal,
    rotation,
    sampleAspectRatio: aspect,
    ...(frames > 0 && { frames }),
    ...(seconds > 0 && { seconds }),
    startSeconds: numberOr(raw.start_time, 0),
    pixelFormat: raw.pix_fmt ?? 'unknown',
    transfer: raw.color_transfer ?? 'unknown',
    interlaced: /^[tb][tb]$/.test(raw.field_order ?? ''),
  };
}

function describeAudio(raw: RawStream, track: number): AudioStreamInfo {
  const seconds = numberOr(raw.duration, 0);
  return {
    track,
    isDefault: raw.disposition?.default === 1,
    codec: raw.codec_name ?? 'unknown',
    channels: raw.channels ?? 0,
    sampleRate: numberOr(raw.sample_rate, 0),
    startSeconds: numberOr(raw.start_time, 0),
    ...(seconds > 0 && { seconds }),
  };
}

function numberOr(text: string | undefined, otherwise: number): number {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : otherwise;
}

/** `30000/1001` → 29.97; 0 when undefined, `0/0` or `N/A`. */
function ratio(text: string | undefined): number {
  const [top, bottom] = (text ?? '').split('/').map(Number);
  return top && bottom ? top / bottom : 0;
}
