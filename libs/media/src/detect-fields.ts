// Finds frames made of two fields of different times in files that do not say so: DV, old AVI, wrongly tagged captures.
import { inputArgs } from './container.js';
import { QUIET, readError, runProgram } from './ffmpeg.js';
import type { VideoStreamInfo } from './probe.js';

/** Seconds looked at from the start. */
const LOOK_SECONDS = 10;
/** Frames of one field order that make a case, and their share of those that show motion. Ours. */
const MIN_FRAMES = 12;
const MIN_SHARE = 0.6;
/** Made for networks and screens; they are progressive. */
const PROGRESSIVE_CODECS = /^(vp8|vp9|av1|hevc|mpeg1video|gif|png|webp)$/;

export type FieldOrder = 'tff' | 'bff';

/** Order of the fields when the picture is interlaced without saying so, else null. Decodes ten seconds. */
export async function detectFields(
  path: string,
  video: Pick<VideoStreamInfo, 'codec' | 'interlaced' | 'codedHeight'>,
  signal?: AbortSignal,
): Promise<FieldOrder | null> {
  if (video.interlaced || PROGRESSIVE_CODECS.test(video.codec)) return null;
  const quiet: string[] = [...QUIET];
  quiet[quiet.indexOf('error')] = 'info'; // The counts are a message of level info.
  const args = [...quiet, '-nostats', ...(await inputArgs(path, ['-t', String(LOOK_SECONDS)]))];
  const look = [...args, '-map', '0:V:0', '-an', '-vf', 'idet', '-f', 'null', '-'];
  const { code, stderr } = await runProgram('ffmpeg', look, signal);
  if (code !== 0) throw readError(path, stderr);
  const counts = /Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+)/.exec(stderr);
  const [tff = 0, bff = 0, progressive = 0] = (counts ?? []).slice(1).map(Number);
  const fields = Math.max(tff, bff);
  const seen = tff + bff + progressive;
  if (fields < MIN_FRAMES || fields < MIN_SHARE * seen) return null;
  return tff > bff ? 'tff' : 'bff';
}
