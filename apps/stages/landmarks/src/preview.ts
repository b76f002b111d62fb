// Previews: frames with points and rectangles, and eye and mouth measures over time.
import { CLIP_FPS } from '@portrait/contracts';
import { FACE_OVAL, LEFT_EYE, LEFT_IRIS, LIPS_INNER, LIPS_OUTER, RIGHT_EYE, RIGHT_IRIS } from '@portrait/face';
import { contactSheet, drawOverlay, encodeJpeg, encodePng, resizeImage, strokeText, type Image } from '@portrait/media';
import type { DerivedFeatures, LandmarkRows } from './features.js';
import { gapsOf } from './missing.js';

const TILES = 12;
/** The first points are the mesh of the face; the iris points follow. */
const MESH_POINTS = 468;
const TILE_SIDE = 384;
const PLOT = { width: 1200, height: 150, margin: 24 };
const RECT_COLOURS: Record<keyof DerivedFeatures['rects'], string> = {
  faceRect: '#4cf',
  fullFaceRect: '#48f',
  lipsRect: '#f55',
  leftEyeRect: '#fd3',
  rightEyeRect: '#fd3',
};

/** Numbers of the frames on the sheet, evenly spaced. */
export function sheetFrames(frames: number): number[] {
  const count = Math.min(TILES, frames);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frames) / count));
}

function overlay(rows: LandmarkRows, derived: DerivedFeatures, frame: number, scale: number): string {
  const face = rows.face(frame);
  const at = (id: number): string => `${(face[id * 3]! * scale).toFixed(1)},${(face[id * 3 + 1]! * scale).toFixed(1)}`;
  const ring = (ids: readonly number[], colour: string): string =>
    `<polygon points="${ids.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="1"/>`;
  const dot = (id: number): string => {
    const [x, y] = [face[id * 3]! * scale, face[id * 3 + 1]! * scale];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="0.7" fill="#fff" fill-opacity="0.7"/>`;
  };
  const rects = Object.entries(derived.rects).map(([name, data]) => {
    const [top, left, bottom, right] = [...data.subarray(frame * 4, frame * 4 + 4)].map((v) => v * scale) as [
      number,
      number,
      number,
      number,
    ];
    const place = `x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"`;
    return `<rect ${place} fill="none" stroke="${RECT_COLOURS[name as keyof DerivedFeatures['rects']]}"/>`;
  });
  const dots = Array.from({ length: MESH_POINTS }, (_, id) => dot(id));
  const iris = [LEFT_IRIS, RIGHT_IRIS].map((id) => ring([id + 1, id + 2, id + 3, id + 4], '#f0f'));
  return [
    ...dots,
    ...rects,
    ring(FACE_OVAL, '#6f6'),
    ring(LEFT_EYE, '#6f6'),
    ring(RIGHT_EYE, '#6f6'),
    ring(LIPS_OUTER, '#f66'),
    ring(LIPS_INNER, '#f66'),
    ...iris,
  ].join('');
}

/** JPEG contact sheet. `pictures` holds RGBA frames of `size`² by frame number. */
export async function overlaySheet(
  pictures: ReadonlyMap<number, Uint8Array>,
  size: number,
  rows: LandmarkRows,
  derived: DerivedFeatures,
): Promise<Uint8Array> {
  const side = Math.min(size, TILE_SIDE);
  const tiles: Image[] = [];
  const captions: string[] = [];
  for (const [frame, data] of pictures) {
    const small = await resizeImage({ width: size, height: size, channels: 4, data }, side, side);
    tiles.push(rows.found[frame] ? await drawOverlay(small, overlay(rows, derived, frame, side / size)) : small);
    captions.push(
      rows.found[frame]
        ? `${frame}  eyes ${derived.eyeOpenness[frame]!.toFixed(2)}  mouth ${derived.mouthOpening[frame]!.toFixed(3)}`
        : `${frame}  no face`,
    );
  }
  return encodeJpeg(await contactSheet(tiles, { columns: 4, captions }));
}

function curve(values: Float32Array, top: number, colour: string, name: string): string {
  const { width, height, margin } = PLOT;
  const highest = Math.max(...values, 1e-6);
  const bottom = top + height - margin;
  const x = (f: number): string => ((f / Math.max(1, values.length - 1)) * width).toFixed(1);
  const y = (v: number): string => (bottom - (v / highest) * (height - 2 * margin)).toFixed(1);
  const points = Array.from(values, (v, f) => `${x(f)},${y(v)}`).join(' ');
  const caption = `${name}  0 - ${highest.toPrecision(2)}`;
  return [
    `<line x1="0" y1="${bottom}" x2="${width}" y2="${bottom}" stroke="#bbb"/>`,
    `<polyline points="${points}" fill="none" stroke="${colour}"/>`,
    strokeText(caption, 6, top + 4, { size: 9, colour: '#333', halo: false }),
  ].join('');
}

/** PNG plot of eye openness, mouth opening and mouth width over time; grey bands mark frames without a face. */
export async function timePlot(rows: LandmarkRows, derived: DerivedFeatures): Promise<Uint8Array> {
  const height = PLOT.height * 3 + 20;
  const blank: Image = {
    width: PLOT.width,
    height,
    channels: 3,
    data: new Uint8Array(PLOT.width * height * 3).fill(255),
  };
  const at = (frame: number): number => (frame / rows.frames) * PLOT.width;
  const bands = gapsOf(rows.found).map(({ first, last }) => {
    const width = Math.max(1, at(last + 1) - at(first));
    return `<rect x="${at(first)}" y="0" width="${width}" height="${height}" fill="#ddd"/>`;
  });
  const step = Math.max(1, Math.round(rows.frames / CLIP_FPS / 12));
  const ticks = Array.from({ length: Math.ceil(rows.frames / CLIP_FPS / step) }, (_, i) =>
    strokeText(`${i * step} s`, at(i * step * CLIP_FPS) + 2, height - 14, { size: 8, colour: '#666', halo: false }),
  );
  const curves = [
    curve(derived.eyeOpenness, 0, '#b80', 'eye openness'),
    curve(derived.mouthOpening, PLOT.height, '#c33', 'mouth opening'),
    curve(derived.mouthWidth, 2 * PLOT.height, '#36c', 'mouth width'),
  ];
  return encodePng(await drawOverlay(blank, [...bands, ...curves, ...ticks].join('')));
}
