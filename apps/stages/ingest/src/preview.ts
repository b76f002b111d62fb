// Two pictures for people: frames with the crop and the face drawn in, and a time line of sound, mouth, motion and
// findings.
import { CLIP_FPS, type Finding } from '@portrait/contracts';
import { contactSheet, drawOverlay, encodeJpeg, encodePng, readFrames, strokeText, type Image } from '@portrait/media';
import type { Source } from './check-streams.js';
import type { Crop } from './crop.js';
import type { FaceSample } from './face-scan.js';
import type { SoundMeasures } from './sound.js';
import { selectFilter } from './timeline.js';

const TILES = 12;
const COLUMNS = 6;
const TILE_SIDE = 200;
const COLOURS = { error: '#ff4d4d', warning: '#ffb020', info: '#5ab0ff', crop: '#40e070', face: '#40d0ff' } as const;

/** Frames to show: evenly spread, and those that findings point at. Ascending. */
export function previewFrames(frames: number, findings: readonly Finding[]): number[] {
  const chosen = new Set(
    findings
      .flatMap((f) => (f.at?.frame !== undefined && f.at.frame < frames && f.level !== 'info' ? [f.at.frame] : []))
      .slice(0, TILES / 2),
  );
  const spread = TILES - chosen.size;
  for (let i = 0; i < spread; i += 1) chosen.add(Math.min(frames - 1, Math.floor(((i + 0.5) * frames) / spread)));
  return [...chosen].sort((a, b) => a - b);
}

export async function framesPreview(
  source: Source,
  filters: readonly string[],
  frames: readonly number[],
  samples: readonly FaceSample[],
  crop: Crop,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const scale = TILE_SIDE / Math.min(source.video.width, source.video.height);
  const width = Math.round(source.video.width * scale);
  const height = Math.round(source.video.height * scale);
  const tiles: Image[] = [];
  const captions: string[] = [];
  for await (const data of readFrames(source.path, {
    pixelFormat: 'rgb24',
    width,
    height,
    filters: [...filters, selectFilter(frames)],
    signal,
  })) {
    const frame = frames[tiles.length]!;
    const near = nearest(samples, frame)?.face;
    const finding = findings.find((f) => f.at?.frame === frame);
    const box = (left: number, top: number, w: number, h: number, colour: string): string =>
      `<rect x="${left * scale}" y="${top * scale}" width="${w * scale}" height="${h * scale}" ` +
      `fill="none" stroke="${colour}" stroke-width="2"/>`;
    tiles.push(
      await drawOverlay(
        { width, height, channels: 3, data },
        [
          near ? box(near.left, near.top, near.right - near.left, near.bottom - near.top, COLOURS.face) : '',
          box(crop.left, crop.top, crop.size, crop.size, COLOURS.crop),
          finding
            ? `<rect x="1.5" y="1.5" width="${width - 3}" height="${height - 3}" fill="none" ` +
              `stroke="${COLOURS[finding.level]}" stroke-width="3"/>`
            : '',
        ].join(''),
      ),
    );
    captions.push(`${(frame / CLIP_FPS).toFixed(2)} s${finding ? ` ${finding.code}` : ''}`);
  }
  return encodeJpeg(await contactSheet(tiles, { columns: COLUMNS, captions }));
}

function nearest(samples: readonly FaceSample[], frame: number): FaceSample | undefined {
  return samples.reduce<FaceSample | undefined>(
    (best, s) => (!best || Math.abs(s.frame - frame) < Math.abs(best.frame - frame) ? s : best),
    undefined,
  );
}

const STRIP = { width: 1200, left: 110, height: 90, gap: 22 };

export async function timelinePreview(
  frames: number,
  sound: SoundMeasures,
  samples: readonly FaceSample[],
  differences: readonly number[],
  cuts: readonly number[],
  findings: readonly Finding[],
): Promise<Uint8Array> {
  const { width, left, height, gap } = STRIP;
  const x = (frame: number): number => left + ((width - left - 10) * frame) / frames;
  const top = (row: number): number => gap + row * (height + gap);
  const clamp = (v: number): number => Math.max(0, Math.min(1, v));
  const line = (
    points: readonly { frame: number; value: number }[],
    row: number,
    colour: string,
    widest = Infinity,
  ): string => {
    let path = '';
    points.forEach(({ frame, value }, i) => {
      const pen = i === 0 || frame - points[i - 1]!.frame > widest ? 'M' : 'L';
      path += `${pen}${x(frame).toFixed(1)},${(top(row) + height * (1 - clamp(value))).toFixed(1)}`;
    });
    return path && `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1"/>`;
  };
  const levels = Array.from(sound.levels, (db, i) => ({ frame: i / 2, value: (db + 80) / 80 })).filter(
    (p) => p.frame < frames,
  );
  const mouths = samples.flatMap((s) => (s.face ? [{ frame: s.frame, value: s.face.mouth }] : []));
  const lowest = Math.min(...mouths.map((m) => m.value));
  const span = Math.max(...mouths.map((m) => m.value)) - lowest || 1;
  const svg = [
    ...[0, 1, 2].map(
      (row) => `<rect x="${left}" y="${top(row)}" width="${width - left - 10}" height="${height}" fill="#181c22"/>`,
    ),
    ...cuts.map(
      (cut) =>
        `<line x1="${x(cut)}" x2="${x(cut)}" y1="${gap}" y2="${top(3) - gap}" stroke="#b080ff" ` +
        `stroke-dasharray="4 3"/>${strokeText('cut', x(cut) + 3, 6, { size: 8, colour: '#b080ff' })}`,
    ),
    line(levels, 0, '#7fd4ff'),
    line(
      mouths.map((m) => ({ frame: m.frame, value: 0.05 + (0.9 * (m.value - lowest)) / span })),
      1,
      '#ffd27f',
      CLIP_FPS,
    ),
    line(
      differences.map((d, frame) => ({ frame, value: Math.sqrt(d / 25) })),
      2,
      '#a0e0a0',
    ),
    ...['sound dB', 'mouth', 'motion'].map((name, row) => strokeText(name, 6, top(row) + height / 2, { size: 10 })),
    ...findings
      .filter((f) => f.at?.second !== undefined)
      .map((f) => {
        const colour = COLOURS[f.level];
        const at = x(f.at!.second! * CLIP_FPS);
        const row = top(3) - gap / 2;
        const label = strokeText(f.code, Math.min(width - 130, at + 7), row - 4, { size: 8, colour });
        return `<circle cx="${at}" cy="${row}" r="4" fill="${colour}"/>${label}`;
      }),
    ...timeTicks(frames / CLIP_FPS).map((s) =>
      strokeText(`${s} s`, x(s * CLIP_FPS), top(3) + 4, { size: 8, colour: '#999' }),
    ),
  ].join('');
  const total = top(3) + gap;
  return encodePng(
    await drawOverlay({ width, height: total, channels: 3, data: new Uint8Array(width * total * 3).fill(34) }, svg),
  );
}

function timeTicks(seconds: number): number[] {
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].find((s) => seconds / s <= 12) ?? 7200;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step).filter((s) => s < 0.97 * seconds);
}
