// The subject of the benchmarks: the drawn moving portrait of libs/face, packed for the trainers. It is the same on
// every machine and needs no download.
import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateMovingPortrait, type MovingPortrait } from '@portrait/face';

export const FRAMES = 24;
export const TRAINING_SIZE = 256;
const PIXEL_BYTES = 8;

const made = new Map<number, Promise<MovingPortrait>>();

/** About ten seconds of sound; frames are drawn when asked for. */
export function portraitOf(size: number): Promise<MovingPortrait> {
  if (!made.has(size)) made.set(size, generateMovingPortrait({ seconds: 10, size, seed: 1 }));
  return made.get(size)!;
}

/** Left, top, right, bottom of what the drawn face has where, px of a picture of 512. */
export const BOXES = {
  face: [174, 116, 338, 328],
  lips: [214, 250, 298, 310],
  leftEye: [198, 186, 242, 214],
  rightEye: [270, 186, 314, 214],
} as const;

const isHead = (x: number, y: number, k: number): boolean =>
  ((x / k - 256) / 104) ** 2 + ((y / k - 210) / 140) ** 2 < 1;
const isTorso = (x: number, y: number, k: number): boolean => y / k > 395 + 0.0016 * (x / k - 256) ** 2;

/** A file of FRAMES pictures of TRAINING_SIZE², as the trainers read it. */
export async function packedPortrait(layer: 'head' | 'torso'): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portrait-bench-'));
  const path = join(folder, 'packed');
  const portrait = await portraitOf(TRAINING_SIZE);
  const k = TRAINING_SIZE / 512;
  const file = await open(path, 'w');
  for (let t = 0; t < FRAMES; t++) {
    const rgb = portrait.frame(t);
    const record = new Uint8Array(TRAINING_SIZE ** 2 * PIXEL_BYTES);
    for (let i = 0; i < TRAINING_SIZE ** 2; i++) {
      record.set([rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!, 150, 170, 178], i * PIXEL_BYTES);
      const [x, y] = [i % TRAINING_SIZE, Math.floor(i / TRAINING_SIZE)];
      record[i * PIXEL_BYTES + 6] = layer === 'head' ? Number(isHead(x, y, k)) : 255 * Number(isTorso(x, y, k));
    }
    await file.write(record);
  }
  await file.close();
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Packed 0xRRGGBB colours and class labels of one frame, for in-painting. */
export async function labelledFrame(size: number): Promise<{ picture: Float32Array; labels: Float32Array }> {
  const rgb = (await portraitOf(size)).frame(0);
  const k = size / 512;
  const labels = new Float32Array(size * size).map((_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    if (isHead(x, y, k)) return 1;
    return isTorso(x, y, k) ? 3 : Math.abs(x / k - 256) < 46 && y / k > 290 ? 2 : 0;
  });
  return { picture: labels.map((_, i) => (rgb[3 * i]! << 16) + (rgb[3 * i + 1]! << 8) + rgb[3 * i + 2]!), labels };
}
