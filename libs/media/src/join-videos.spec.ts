import { describe, expect, it } from '@jest/globals';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectFrames, temporaryDirectory } from '@portrait/testing';
import { readAudio, writeWav } from './audio.js';
import type { Encoding } from './encodings.js';
import { joinVideos } from './join-videos.js';
import { readFrames, type PixelFormat } from './read-frames.js';
import { openVideoWriter } from './video-writer.js';

const SIZE = 64;
const PIECES = [20, 20, 7];

/** A square that moves by two pixels a frame over a ramp: reordered frames or a lost one cannot stay unseen. */
function picture(index: number, channels: number): Uint8Array {
  const data = new Uint8Array(SIZE * SIZE * channels);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const inside = Math.abs(x - ((2 * index) % SIZE)) < 6 && Math.abs(y - 32) < 6;
      for (let c = 0; c < channels; c++)
        data[(y * SIZE + x) * channels + c] = c === 3 ? (inside ? 255 : 90) : inside ? 250 : x + 20 * c;
    }
  }
  return data;
}

async function writePieces(directory: string, encoding: Encoding, pixelFormat: PixelFormat) {
  const pieces = [];
  let index = 0;
  for (const [k, frames] of PIECES.entries()) {
    const path = join(directory, `piece-${k}`);
    const writer = await openVideoWriter(path, { width: SIZE, height: SIZE, fps: 25, pixelFormat, encoding });
    for (let i = 0; i < frames; i++) await writer.write(picture(index++, pixelFormat === 'rgba' ? 4 : 3));
    await writer.close();
    pieces.push({ path, frames });
  }
  return pieces;
}

const decode = (path: string): Promise<Buffer[]> =>
  collectFrames(readFrames(path, { pixelFormat: 'rgb24', width: SIZE, height: SIZE }));

describe('joinVideos', () => {
  it.each<[Encoding, PixelFormat]>([
    ['h264', 'rgb24'],
    ['prores4444', 'rgba'],
    ['vp9-alpha', 'rgba'],
  ])('joins %s without changing a pixel, in order', async (encoding, pixelFormat) => {
    await using folder = await temporaryDirectory();
    const directory = join(folder.path, "it's a folder");
    await mkdir(directory);
    const pieces = await writePieces(directory, encoding, pixelFormat);
    const joined = join(directory, 'joined');
    await joinVideos(joined, pieces, { fps: 25, encoding, metadata: { comment: 'two parts' } });
    const expected = (await Promise.all(pieces.map((piece) => decode(piece.path)))).flat();
    const got = await decode(joined);
    expect(got).toHaveLength(47);
    expect(got.every((frame, k) => frame.equals(expected[k]!))).toBe(true);
    const again = join(directory, 'again');
    await joinVideos(again, pieces, { fps: 25, encoding, metadata: { comment: 'two parts' } });
    expect((await readFile(again)).equals(await readFile(joined))).toBe(true);
  });

  it('muxes the sound once, to the sample, over all pieces', async () => {
    await using folder = await temporaryDirectory();
    const pieces = await writePieces(folder.path, 'h264', 'rgb24');
    const clicks = new Float32Array(48000 * 2);
    for (const at of [4800, 40000, 60000]) clicks.fill(0.8, at, at + 40);
    const sound = join(folder.path, 'clicks.wav');
    await writeWav(sound, clicks, 48000);
    const joined = join(folder.path, 'joined');
    await joinVideos(joined, pieces, { fps: 25, encoding: 'h264', audio: { path: sound } });
    const heard = await readAudio(joined, { sampleRate: 48000 });
    for (const at of [4800, 40000, 60000]) {
      let best = { lag: 0, sum: -Infinity };
      for (let lag = -30; lag <= 30; lag++) {
        let sum = 0;
        for (let k = 0; k < 40; k++) sum += heard[at + lag + k]!;
        if (sum > best.sum) best = { lag, sum };
      }
      expect(best.lag).toBe(0);
    }
  });

  it('refuses to join nothing', async () => {
    await expect(joinVideos('nowhere', [], { fps: 25, encoding: 'h264' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
