// Sound as users have it: joined files, several tracks, many channels.
import { describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@portrait/testing';
import { joinVideos, openVideoWriter, probeMedia, readAudio, readAudioChunks, type Encoding } from './index.js';

jest.setTimeout(240_000); // Many programs are started; a busy machine starts them slowly.

const ffmpeg = (...args: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
const tone = (hertz: number, seconds: number, rate = 44100): string[] => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=${hertz}:duration=${seconds}:sample_rate=${rate}`,
];

/** Zero crossings upwards of a part: its pitch times its length. */
function crossings(samples: Float32Array, from: number, to: number): number {
  let count = 0;
  for (let i = from + 1; i < to; i += 1) count += samples[i - 1]! < 0 && samples[i]! >= 0 ? 1 : 0;
  return count;
}
const loudest = (samples: Float32Array): number => samples.reduce((best, v) => Math.max(best, Math.abs(v)), 0);

async function picture(path: string, encoding: Encoding, audio?: string): Promise<void> {
  const size = { width: 32, height: 32, fps: 25, pixelFormat: 'rgba', encoding } as const;
  const writer = await openVideoWriter(path, { ...size, ...(audio !== undefined && { audio: { path: audio } }) });
  for (let i = 0; i < 150; i += 1) await writer.write(new Uint8Array(32 * 32 * 4).fill(i));
  await writer.close();
}

describe('sound that changes in the middle', () => {
  /** Three seconds of 400 Hz in mono, then three of 800 Hz in another rate and layout, byte by byte. */
  async function joined(dir: string, kind: 'mp3' | 'aac'): Promise<string> {
    const bare = kind === 'mp3' ? ['-id3v2_version', '0', '-write_xing', '0'] : [];
    const second = kind === 'mp3' ? ['-ac', '2'] : ['-af', 'aformat=channel_layouts=5.1'];
    ffmpeg(...tone(400, 3, 22050), '-ac', '1', ...bare, join(dir, `a.${kind}`));
    ffmpeg(...tone(800, 3), ...second, ...bare, join(dir, `b.${kind}`));
    const path = join(dir, `joined.${kind}`);
    await writeFile(
      path,
      Buffer.concat([await readFile(join(dir, `a.${kind}`)), await readFile(join(dir, `b.${kind}`))]),
    );
    return path;
  }

  it.each(['mp3', 'aac'] as const)('%s files joined byte by byte: no second is lost or silent', async (kind) => {
    await using dir = await temporaryDirectory();
    const samples = await readAudio(await joined(dir.path, kind), { sampleRate: 16000 });
    expect(Math.abs(samples.length / 16000 - 6)).toBeLessThan(0.3); // Encoders add up to 0.1 s to each part.
    expect(Math.abs(crossings(samples, 16000, 32000) - 400)).toBeLessThan(8);
    expect(Math.abs(crossings(samples, 64000, 80000) - 800)).toBeLessThan(8);
    const chunks: number[] = [];
    for await (const chunk of readAudioChunks(join(dir.path, `joined.${kind}`), { sampleRate: 16000 }))
      chunks.push(...chunk);
    expect(chunks.length).toBe(samples.length);
    expect(Buffer.from(Float32Array.from(chunks).buffer).equals(Buffer.from(samples.buffer))).toBe(true);
  });

  it('stereo that becomes 5.1 in a video: on the clock of the container, without a gap', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'change.ts');
    ffmpeg(...tone(400, 3), '-ac', '2', '-c:a', 'aac', '-f', 'mpegts', join(dir.path, 'a.ts'));
    const later = ['-output_ts_offset', '3', '-f', 'mpegts', join(dir.path, 'b.ts')];
    ffmpeg(...tone(800, 3), '-af', 'aformat=channel_layouts=5.1', '-c:a', 'aac', ...later);
    await writeFile(
      path,
      Buffer.concat([await readFile(join(dir.path, 'a.ts')), await readFile(join(dir.path, 'b.ts'))]),
    );
    const { startSeconds } = await probeMedia(path);
    const samples = await readAudio(path, { sampleRate: 16000, fromSeconds: startSeconds });
    expect(Math.abs(samples.length / 16000 - 6)).toBeLessThan(0.3);
    for (const at of [1, 2, 4, 5])
      expect(loudest(samples.subarray(at * 16000, at * 16000 + 8000))).toBeGreaterThan(0.05);
    expect(Math.abs(crossings(samples, 64000, 80000) - 800)).toBeLessThan(8);
  });

  it('joined speech in a video: muxed as it was analysed', async () => {
    await using dir = await temporaryDirectory();
    const sound = await joined(dir.path, 'mp3');
    const heard = await readAudio(sound, { sampleRate: 16000 });
    const direct = join(dir.path, 'direct.mp4');
    await picture(direct, 'h264', sound);
    const piece = join(dir.path, 'piece.mp4');
    await picture(piece, 'h264');
    const out = join(dir.path, 'out.mp4');
    await joinVideos(out, [{ path: piece, frames: 150 }], { fps: 25, encoding: 'h264', audio: { path: sound } });
    for (const path of [direct, out]) {
      const muxed = await readAudio(path, { sampleRate: 16000 });
      for (const at of [1, 4])
        expect(
          Math.abs(crossings(muxed, at * 16000, (at + 1) * 16000) - crossings(heard, at * 16000, (at + 1) * 16000)),
        ).toBeLessThan(8);
    }
  });
});

describe('which sound', () => {
  it('the default flag is honoured: read, muxed and probed alike; another track by its number', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'two.mkv');
    const flags = ['-disposition:a:0', '0', '-disposition:a:1', 'default'];
    ffmpeg(...tone(300, 6), ...tone(900, 6), '-map', '0', '-map', '1', '-c:a', 'pcm_s16le', ...flags, path);
    const info = await probeMedia(path);
    expect(info.audio).toMatchObject({ track: 1, isDefault: true });
    expect(info.audioTracks).toHaveLength(2);
    const pitch = async (from: string, track?: number): Promise<number> => {
      const options = { sampleRate: 16000, ...(track !== undefined && { track }) };
      return crossings(await readAudio(from, options), 16000, 32000);
    };
    expect(Math.abs((await pitch(path)) - 900)).toBeLessThan(5);
    expect(Math.abs((await pitch(path, 0)) - 300)).toBeLessThan(5);
    await picture(join(dir.path, 'muxed.mp4'), 'h264', path);
    expect(Math.abs((await pitch(join(dir.path, 'muxed.mp4'))) - 900)).toBeLessThan(5);
  });

  it('one channel of a track whose channels cancel each other out', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'inverted.wav');
    ffmpeg(...tone(400, 2), '-af', 'pan=stereo|c0=c0|c1=-1*c0', path);
    expect(loudest(await readAudio(path, { sampleRate: 16000 }))).toBeLessThan(0.001);
    expect(loudest(await readAudio(path, { sampleRate: 16000, channel: 1 }))).toBeGreaterThan(0.1);
  });
});

describe('speech with many channels', () => {
  it.each([
    ['h264', 'mp4', 6],
    ['h264', 'mp4', 16],
    ['vp9-alpha', 'webm', 6],
    ['vp9-alpha', 'webm', 16],
    ['prores4444', 'mov', 6],
  ] as const)('%s in %s with %d channels: stereo, as long as the picture', async (encoding, extension, channels) => {
    await using dir = await temporaryDirectory();
    const sound = join(dir.path, 'a.wav');
    const inputs = Array.from({ length: channels }, (_, i) => `[c${i}]`).join('');
    const spread = `asplit=${channels}${inputs};${inputs}amerge=inputs=${channels}`;
    ffmpeg(...tone(400, 6), '-filter_complex', channels === 6 ? 'aformat=channel_layouts=5.1' : spread, sound);
    const out = join(dir.path, `out.${extension}`);
    await picture(out, encoding, sound);
    expect((await probeMedia(out)).audio).toMatchObject({ channels: 2 });
    const samples = await readAudio(out, { sampleRate: 16000 });
    expect(Math.abs(samples.length / 16000 - 6)).toBeLessThan(0.05);
    expect(Math.abs(crossings(samples, 16000, 32000) - 400)).toBeLessThan(5);
  });
});
