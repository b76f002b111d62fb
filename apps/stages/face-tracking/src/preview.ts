// Previews: re-projected points and head axes over sample frames, and the track over time with its cuts. The overlay is
// drawn from transforms.json, so it shows what later stages read.
import type { Transforms } from '@portrait/contracts';
import { contactSheet, drawOverlay, encodePng, readFrames, resizeImage, strokeText, type Image } from '@portrait/media';
import { REFERENCE_SIZE, type Observations } from './observations.js';
import { eulerDegrees } from './rotation.js';
import type { Segment } from './segments.js';
import type { PoseTrack } from './smoothing.js';

const TILE = 384;
const SAMPLES = 6;
/** Length of the drawn head axes, world units (7 cm). */
const AXIS_LENGTH = 0.24;

type Point = readonly [number, number, number];

export async function overlayPreview(
  video: string,
  size: number,
  transforms: Transforms,
  observations: Observations,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chosen = sampleFrames(transforms);
  const tiles: Image[] = [];
  for (const t of chosen) {
    for await (const data of readFrames(video, { pixelFormat: 'rgb24', startFrame: t, frameCount: 1, signal })) {
      const picture = await resizeImage({ width: size, height: size, channels: 3, data }, TILE, TILE);
      tiles.push(await drawOverlay(picture, frameOverlay(transforms, observations, t, TILE / size)));
    }
  }
  const captions = chosen.map((t) => {
    const { interpolated, rmse } = transforms.frames[t]!;
    return `frame ${t}  ${interpolated ? 'interpolated' : `${rmse.toFixed(2)} px`}`;
  });
  return encodePng(await contactSheet(tiles, { columns: 3, captions }));
}

/** Evenly spaced frames, and the frame with the largest error. */
function sampleFrames({ frames }: Transforms): number[] {
  const count = Math.min(SAMPLES - 1, frames.length);
  const chosen = new Set(
    Array.from({ length: count }, (_, k) => Math.round((k * (frames.length - 1)) / Math.max(1, count - 1))),
  );
  chosen.add(frames.reduce((worst, f) => (f.rmse > frames[worst]!.rmse ? f.img_id : worst), 0));
  return [...chosen].sort((a, b) => a - b);
}

/** Observed landmarks red, re-projected ones green, axes of the head red/green/blue for x/y/z. */
function frameOverlay(transforms: Transforms, observations: Observations, t: number, zoom: number): string {
  const project = projector(transforms, t);
  const dot = ([u, v]: readonly [number, number], r: number, fill: string): string =>
    `<circle cx="${(u * zoom).toFixed(2)}" cy="${(v * zoom).toFixed(2)}" r="${r}" fill="${fill}"/>`;
  const seen = transforms.w / REFERENCE_SIZE;
  const parts: string[] = [];
  transforms.shape.forEach(({ xyz }, n) => {
    if (observations.found[t]) {
      const k = (t * observations.points + n) * 2;
      parts.push(
        dot([transforms.cx + observations.xy[k]! * seen, transforms.cy - observations.xy[k + 1]! * seen], 1.3, '#f43'),
      );
    }
    parts.push(dot(project(xyz), 0.9, '#3f6'));
  });
  const origin = project([0, 0, 0]);
  const axes: [Point, string][] = [
    [[AXIS_LENGTH, 0, 0], '#f33'],
    [[0, AXIS_LENGTH, 0], '#3d3'],
    [[0, 0, AXIS_LENGTH], '#46f'],
  ];
  for (const [axis, colour] of axes) {
    const tip = project(axis);
    const from = `x1="${origin[0] * zoom}" y1="${origin[1] * zoom}"`;
    const to = `x2="${tip[0] * zoom}" y2="${tip[1] * zoom}"`;
    parts.push(`<line ${from} ${to} stroke="${colour}" stroke-width="2.5"/>`);
  }
  return parts.join('');
}

function projector(transforms: Transforms, t: number): (p: Point) => [number, number] {
  const m = transforms.frames[t]!.transform_matrix;
  return (p) => {
    const d = [0, 1, 2].map((i) => p[i]! - m[i]![3]!);
    const [x, y, z] = [0, 1, 2].map((c) => d[0]! * m[0]![c]! + d[1]! * m[1]![c]! + d[2]! * m[2]![c]!) as [
      number,
      number,
      number,
    ];
    return [transforms.cx - (transforms.focal_len * x) / z, transforms.cy + (transforms.focal_len * y) / z];
  };
}

const WIDTH = 1100,
  PANEL = 150,
  LEFT = 60,
  GAP = 14;

export async function plotPreview(
  track: PoseTrack,
  frameRmse: Float64Array,
  segments: readonly Segment[],
  interpolated: readonly number[],
): Promise<Uint8Array> {
  const frames = frameRmse.length;
  const angles = Array.from({ length: frames }, (_, t) => eulerDegrees(track.rotations, t * 9));
  const shift = (axis: number): number[] => Array.from({ length: frames }, (_, t) => track.translations[t * 3 + axis]!);
  const panels: { name: string; series: number[]; colour: string }[] = [
    { name: 'yaw deg', series: angles.map((a) => a.yaw), colour: '#6cf' },
    { name: 'pitch deg', series: angles.map((a) => a.pitch), colour: '#fc6' },
    { name: 'roll deg', series: angles.map((a) => a.roll), colour: '#c9f' },
    { name: 'x cm', series: shift(0), colour: '#f77' },
    { name: 'y cm', series: shift(1), colour: '#7e7' },
    { name: 'z cm', series: shift(2), colour: '#88f' },
    { name: 'error px', series: [...frameRmse], colour: '#ddd' },
  ];
  const height = panels.length * (PANEL + GAP) + GAP;
  const x = (t: number): number => LEFT + ((WIDTH - LEFT - GAP) * t) / Math.max(1, frames - 1);
  const parts: string[] = [];
  panels.forEach(({ name, series, colour }, k) => {
    const top = GAP + k * (PANEL + GAP);
    const known = series.filter((v) => !Number.isNaN(v));
    const low = Math.min(...known),
      high = Math.max(...known, low + 1e-3);
    const y = (v: number): number => top + PANEL - 6 - ((PANEL - 12) * (v - low)) / (high - low);
    parts.push(`<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - GAP}" height="${PANEL}" fill="#1a1d22"/>`);
    parts.push(
      strokeText(name, 4, top + 2, { size: 7, halo: false }),
      strokeText(high.toFixed(2), 4, top + 18, { size: 7, halo: false, colour: '#999' }),
      strokeText(low.toFixed(2), 4, top + PANEL - 12, { size: 7, halo: false, colour: '#999' }),
    );
    for (const t of interpolated)
      parts.push(`<line x1="${x(t)}" x2="${x(t)}" y1="${top}" y2="${top + PANEL}" stroke="#a33" stroke-width="1"/>`);
    // One line per segment: a line across a cut would show a movement that did not happen.
    for (const { start, end } of segments) {
      const line = Array.from({ length: end - start }, (_, i) => start + i)
        .filter((t) => !Number.isNaN(series[t]!))
        .map((t) => `${x(t).toFixed(1)},${y(series[t]!).toFixed(1)}`);
      parts.push(`<polyline points="${line.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.2"/>`);
      const cut = `x1="${x(start)}" x2="${x(start)}" y1="${top}" y2="${top + PANEL}"`;
      if (start > 0) parts.push(`<line ${cut} stroke="#fff" stroke-dasharray="4 4" stroke-width="1"/>`);
    }
  });
  const canvas: Image = { width: WIDTH, height, channels: 3, data: new Uint8Array(WIDTH * height * 3).fill(12) };
  return encodePng(await drawOverlay(canvas, parts.join('')));
}
