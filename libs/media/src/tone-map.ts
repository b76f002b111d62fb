// High dynamic range to the standard picture everything after it works on: BT.709 light and primaries, video range.
import { PortraitError } from '@portrait/contracts';
import { runProgram } from './ffmpeg.js';
import type { VideoStreamInfo } from './probe.js';

/** Transfer functions of HDR video: PQ (HDR10, Dolby Vision 8) and HLG (phones, broadcast). */
const HDR_TRANSFERS: Readonly<Record<string, string>> = { smpte2084: 'PQ', 'arib-std-b67': 'HLG' };
/** Light of a white sheet in HDR video, candela per square metre (ITU-R BT.2408); it becomes white. */
const REFERENCE_WHITE = 203;

/** `PQ`, `HLG`, or null for a standard picture. */
export function dynamicRange({ transfer }: Pick<VideoStreamInfo, 'transfer'>): string | null {
  return HDR_TRANSFERS[transfer] ?? null;
}

/**
 * Filters that make a standard picture of an HDR one; none for any other. Up to 0.8 of white the curve is straight, so
 * that skin keeps its value; highlights are rolled off above. Files without tags of their own are read as BT.2020.
 */
export function toneMapFilters(video: Pick<VideoStreamInfo, 'transfer'>): string[] {
  if (dynamicRange(video) === null) return [];
  return [
    `zscale=tin=${video.transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=${REFERENCE_WHITE}`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=mobius:param=0.8:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
    'format=yuv420p',
  ];
}

/** Throws NOT_SUPPORTED when the picture is HDR and this ffmpeg cannot convert it. */
export async function checkToneMap(
  path: string,
  video: Pick<VideoStreamInfo, 'transfer'>,
  signal?: AbortSignal,
): Promise<void> {
  const range = dynamicRange(video);
  if (range === null) return;
  const { stdout } = await runProgram('ffmpeg', ['-hide_banner', '-filters'], signal);
  if (/\bzscale\b/.test(stdout) && /\btonemap\b/.test(stdout)) return;
  throw new PortraitError('NOT_SUPPORTED', `${path} is HDR video (${range}), and this ffmpeg cannot convert it.`, {
    at: { file: path },
    hint: 'Install an ffmpeg with the filters zscale (libzimg) and tonemap, or record without HDR.',
  });
}
