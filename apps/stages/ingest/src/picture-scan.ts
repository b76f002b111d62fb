// One cheap look at every frame, small and gray: how many there are, how bright, and how much each differs from the
// last.
import { PortraitError } from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import type { Source } from './check-streams.js';

const SCAN_WIDTH = 128;

export interface PictureScan {
  frames: number;
  /** Mean gray level of each frame, 0..255. [frames] */
  luma: number[];
  /** Spread of the gray levels of each frame, 0..255. A lit picture is never flat. [frames] */
  contrast: number[];
  /** Mean absolute change of gray level from the frame before. [frames] */
  differences: number[];
  /** The same in the outer eighth at the left, right and top, where the background is. [frames] */
  borderDifferences: number[];
}

export async function scanPictures(
  source: Source,
  filters: readonly string[],
  signal: AbortSignal,
  onFrame: (frame: number) => void,
): Promise<PictureScan> {
  const width = SCAN_WIDTH;
  const height = Math.max(2, Math.round((SCAN_WIDTH * source.video.height) / source.video.width));
  const scan: PictureScan = { frames: 0, luma: [], contrast: [], differences: [], borderDifferences: [] };
  const border = borderPixels(width, height);
  let last: Uint8Array | undefined;
  for await (const frame of readFrames(source.path, { pixelFormat: 'gray', width, height, filters, signal })) {
    let sum = 0;
    let squares = 0;
    let change = 0;
    for (let i = 0; i < frame.length; i += 1) {
      const v = frame[i]!;
      sum += v;
      squares += v * v;
      if (last) change += Math.abs(v - last[i]!);
    }
    const level = sum / frame.length;
    scan.luma.push(level);
    scan.contrast.push(Math.sqrt(Math.max(0, squares / frame.length - level * level)));
    scan.differences.push(change / frame.length);
    scan.borderDifferences.push(
      last ? border.reduce((total, i) => total + Math.abs(frame[i]! - last![i]!), 0) / border.length : 0,
    );
    scan.frames += 1;
    last = frame;
    onFrame(scan.frames);
  }
  if (scan.frames === 0)
    throw new PortraitError('INPUT_UNREADABLE', 'No frame of the video can be decoded.', {
      hint: 'Check that it plays in a media player; if it was copied or downloaded, do that again.',
    });
  return scan;
}

function borderPixels(width: number, height: number): number[] {
  const pixels: number[] = [];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (8 * x < width || 8 * (width - 1 - x) < width || 8 * y < height) pixels.push(y * width + x);
  return pixels;
}
