import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactReaderWriter, ArtifactRef, ClipJson } from '@portrait/contracts';
import { openVideoWriter, type PixelFormat } from '@portrait/media';
import { folderForTests } from '@portrait/testing';
import { openFootage, type FootageReader } from './footage-reader.js';

const SIZE = 16;
const FRAMES = 60;
const folder = folderForTests();
let reader: FootageReader;

/** Frames filled with their own number. */
async function numbered(name: string, pixelFormat: PixelFormat, channels: number): Promise<void> {
  const writer = await openVideoWriter(folder.file(name), {
    width: SIZE,
    height: SIZE,
    fps: 25,
    pixelFormat,
    encoding: 'ffv1',
    signal: new AbortController().signal,
  });
  for (let frame = 0; frame < FRAMES; frame++) await writer.write(new Uint8Array(SIZE * SIZE * channels).fill(frame));
  await writer.close();
}

const ref = <K extends ArtifactRef['kind']>(kind: K): ArtifactRef<K> => ({ kind, digest: '', files: {} });

async function read(frames: number[]): Promise<number[][]> {
  const seen: number[][] = [];
  for (const frame of frames) {
    const { rgb, torso, labels } = await reader.read(frame);
    seen.push([rgb[0]!, torso[0]!, labels[0]!]);
  }
  return seen;
}
const expected = (frames: number[]): number[][] => frames.map((f) => [f, f, f]);

beforeAll(async () => {
  await numbered('video.mkv', 'rgb24', 3);
  await numbered('torso.mkv', 'rgba', 4);
  await numbered('labels.mkv', 'gray', 1);
  const artifacts = { path: (_: ArtifactRef, name: string) => Promise.resolve(folder.file(name)) };
  reader = await openFootage(
    artifacts as ArtifactReaderWriter,
    { clip: ref('clip'), labels: ref('labels'), torsoLayer: ref('torso-layer') },
    { frames: FRAMES } as ClipJson,
    new AbortController().signal,
  );
});
afterAll(async () => {
  await reader.close();
});

describe('openFootage', () => {
  it.each([
    ['forwards to the last frame', [50, 51, 52, 53, 54, 55, 56, 57, 58, 59]],
    ['backwards', Array.from({ length: 30 }, (_, k) => 45 - k)],
    ['back and forth round a turn', [20, 21, 22, 23, 22, 21, 20, 19, 18, 19, 20]],
    ['with frames left out', [3, 5, 9, 30, 31]],
    ['the same frame twice', [12, 12, 13]],
    ['two places in turn, as a cross-fade does', [40, 10, 41, 11, 42, 12, 13, 14]],
  ])('reads %s', async (_, frames) => {
    expect(await read(frames)).toEqual(expected(frames));
  });

  it('tells when labels or torso layer are shorter than the clip', async () => {
    await expect(reader.read(FRAMES)).rejects.toThrow(/Frame 60 is missing/);
  });
});
