import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, openVideoWriter, writeWav } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { colourBackdrop, mediaBackdrop } from './backdrop.js';

const signal = new AbortController().signal;

/**
 * A lossless grey video whose frame k has the level 10·k; wider than high, with a bright border that covering cuts
 * away.
 */
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

  it('shows white through the holes of a transparent picture', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'holes');
    const data = new Uint8Array(20 * 20 * 4);
    for (let i = 0; i < 400; i++) data.set(i % 20 < 10 ? [0, 0, 0, 0] : [200, 0, 0, 128], i * 4);
    await writeFile(path, await encodePng({ width: 20, height: 20, channels: 4, data }));
    const frame = await (await mediaBackdrop(path, 20, signal)).frame(0);
    expect([...frame.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...frame.subarray(19 * 3, 20 * 3)].map((v) => Math.round(v / 10))).toEqual([23, 13, 13]);
  });

  it('takes the first picture of an animated WebP', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'moving.webp');
    const pictures = 'color=red:s=40x40:r=5:d=1[a];color=blue:s=40x40:r=5:d=1[b];[a][b]concat';
    execFileSync('ffmpeg', ['-v', 'error', '-filter_complex', pictures, '-c:v', 'libwebp_anim', path]);
    const frame = await (await mediaBackdrop(path, 16, signal)).frame(3);
    expect(frame[0]).toBeGreaterThan(200);
    expect(frame[2]).toBeLessThan(60);
  });

  it('honours the shape of the pixels of a video', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'wide.mkv');
    // Shown 128 wide and 32 high: of its four quarters in width only the inner part of the middle two is left.
    const picture = 'color=white:s=64x32:r=25:d=1,drawbox=x=22:w=20:h=32:color=black:t=fill,setsar=2/1';
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, '-c:v', 'ffv1', path]);
    const backdrop = await mediaBackdrop(path, 16, signal);
    expect(Math.max(...(await backdrop.frame(0)))).toBeLessThan(40);
    await backdrop.close();
  });

  it('converts an HDR video', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'hdr.mp4');
    const tags = ['-color_primaries', 'bt2020', '-color_trc', 'arib-std-b67', '-colorspace', 'bt2020nc'];
    const grey = 'color=white:s=64x64:r=25:d=1,format=gray,format=yuv420p10le,lutyuv=y=721:u=512:v=512';
    const encoder = ['-c:v', 'libx265', '-x265-params', 'log-level=none'];
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', grey, ...encoder, ...tags, path]);
    const backdrop = await mediaBackdrop(path, 16, signal);
    // 75 % of the HLG signal is reference white (ITU-R BT.2408): nearly white, where the raw value would be 191.
    expect((await backdrop.frame(0))[0]).toBeGreaterThan(225);
    await backdrop.close();
  });

  it('refuses a file without a picture', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'sound.wav');
    await writeWav(path, new Float32Array(1600), 16000);
    await expect(mediaBackdrop(path, 16, signal)).rejects.toMatchObject({ code: 'INPUT_NO_VIDEO' });
  });
});
