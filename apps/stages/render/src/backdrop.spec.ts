import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, openVideoWriter, writeWav } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { colourBackdrop, mediaBackdrop } from './backdrop.js';

const signal = new AbortController().signal;

/** A lossless grey video whose frame k has the level 10·k; wider than high, with a bright border that covering cuts away. */
async function greyVideo(path: string, frames: number): Promise<void> {
  const writer = await openVideoWriter(path, {
    width: 64,
    height: 32,
    fps: 25,
    pixelFormat: 'rgb24',
    encoding: 'ffv1',
  });
  for (let k = 0; k < frames; k++) {
    const frame = new Uint8Array(64 * 32 * 3).fill(10 * k);
    for (let y = 0; y < 32; y++)
      for (const x of [0, 1, 62, 63]) frame.fill(255, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
    await writer.write(frame);
  }
  await writer.close();
}

describe('backdrop', () => {
  it('fills with a colour', async () => {
    expect([...(await colourBackdrop('#10fF80', 2).frame(9))]).toEqual([
      16, 255, 128, 16, 255, 128, 16, 255, 128, 16, 255, 128,
    ]);
  });

  it('loops a video, cut to cover, whichever frame it is entered at', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'loop');
    await greyVideo(path, 7);
    const serial = await mediaBackdrop(path, 16, signal);
    const levels = [];
    for (let index = 0; index < 20; index++) {
      const frame = await serial.frame(index);
      expect(Math.max(...frame) - Math.min(...frame)).toBe(0);
      levels.push(frame[0]);
    }
    expect(levels).toEqual(Array.from({ length: 20 }, (_, k) => 10 * (k % 7)));
    await serial.close();
    const entered = await mediaBackdrop(path, 16, signal);
    expect((await entered.frame(17))[0]).toBe(30);
    expect((await entered.frame(17))[0]).toBe(30);
    expect((await entered.frame(18))[0]).toBe(40);
    await entered.close();
  });

  it('takes an image, cut to cover', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'picture');
    const data = new Uint8Array(40 * 20 * 3);
    for (let i = 0; i < data.length; i++)
      data[i] = Math.floor(i / 3) % 40 < 10 || Math.floor(i / 3) % 40 >= 30 ? 255 : 50;
    await writeFile(path, await encodePng({ width: 40, height: 20, channels: 3, data }));
    const backdrop = await mediaBackdrop(path, 20, signal);
    const frame = await backdrop.frame(1000);
    expect(frame).toHaveLength(20 * 20 * 3);
    expect(frame[(10 * 20 + 10) * 3]).toBe(50);
    // The white sides lie outside the middle square.
    expect(frame.filter((v) => v > 200)).toHaveLength(0);
  });

  it('refuses a file without a picture', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'sound.wav');
    await writeWav(path, new Float32Array(1600), 16000);
    await expect(mediaBackdrop(path, 16, signal)).rejects.toMatchObject({ code: 'INPUT_NO_VIDEO' });
  });
});
