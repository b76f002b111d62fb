// Bounds of what is read and of the programs that read it. Every input is a file of a stranger.
// The settings and their defaults are documented in libs/config; a contract spec compares the two.
import { PortraitError } from '@portrait/contracts';

export interface MediaLimits {
  /** Length of a recording, seconds. */
  maxSeconds: number;
  /** Width times height of a picture or a video frame. */
  maxPixels: number;
  /** Channels of one sound track. */
  maxChannels: number;
  /** Memory of one ffmpeg or ffprobe, MiB. */
  maxToolMebibytes: number;
  /** Time without any sign of life after which ffmpeg or ffprobe is stopped, seconds. */
  maxToolSilenceSeconds: number;
}

export const LIMIT_SETTINGS: Readonly<Record<keyof MediaLimits, readonly [variable: string, byDefault: number]>> = {
  maxSeconds: ['PORTRAIT_MAX_SECONDS', 4 * 3600],
  maxPixels: ['PORTRAIT_MAX_PIXELS', 50_000_000],
  maxChannels: ['PORTRAIT_MAX_CHANNELS', 32],
  maxToolMebibytes: ['PORTRAIT_MAX_TOOL_MEBIBYTES', 3072],
  maxToolSilenceSeconds: ['PORTRAIT_MAX_TOOL_SILENCE_SECONDS', 120],
};

/** The limit as set; a value that is no positive number counts as not set, and `portrait doctor` reports it. */
export function limit(name: keyof MediaLimits): number {
  const [variable, byDefault] = LIMIT_SETTINGS[name];
  const value = Number(process.env[variable]);
  return Number.isFinite(value) && value > 0 ? value : byDefault;
}

export function checkSeconds(path: string, seconds: number): void {
  const most = limit('maxSeconds');
  if (seconds <= most) return;
  throw tooLarge(path, `is ${Math.round(seconds)} s long; at most ${most} s are read`, 'maxSeconds', 'Cut it first.');
}

export function checkPixels(path: string, width: number, height: number): void {
  const most = limit('maxPixels');
  if (width * height <= most) return;
  const what = `is ${width}×${height} px; at most ${most} pixels are read`;
  throw tooLarge(path, what, 'maxPixels', 'Scale it down first.');
}

export function checkChannels(path: string, channels: number): void {
  const most = limit('maxChannels');
  if (channels <= most) return;
  throw tooLarge(path, `has ${channels} channels; at most ${most} are read`, 'maxChannels', 'Mix it to stereo first.');
}

function tooLarge(path: string, what: string, name: keyof MediaLimits, remedy: string): PortraitError {
  return new PortraitError('INPUT_UNREADABLE', `${path} ${what}.`, {
    at: { file: path },
    hint: `${remedy} The limit is the setting ${LIMIT_SETTINGS[name][0]}.`,
  });
}
