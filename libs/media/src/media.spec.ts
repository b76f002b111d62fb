import { describe, expect, it, jest } from '@jest/globals';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERROR_TABLE, PortraitError } from '@portrait/contracts';
import { collectFrames, temporaryDirectory } from '@portrait/testing';
import { runProgram } from './ffmpeg.js';
import {
  joinClips,
  openVideoWriter,
  probeMedia,
  readAudio,
  readFrames,
  readWav,
  transcodeToFfv1,
  writeWav,
  type Encoding,
  type PixelFormat,
} from './index.js';

jest.setTimeout(120_000); // Many programs are started; a busy machine starts them slowly.

const WIDTH = 64;
const HEIGHT = 48;

/** A picture that differs in every frame and pixel, so that a lost, doubled or shifted frame shows. */
function testFrame(index: number, channels: number): Uint8Array {
  const frame = new Uint8Array(WIDTH * HEIGHT * channels);
  for (let i = 0; i < frame.length; i += 1) frame[i] = (i * 7 + index * 31 + ((i * i) >> 5)) & 255;
  return frame;
}

async function write(
  path: string,
  encoding: Encoding,
  pixelFormat: PixelFormat,
  frames: number,
  more: object = {},
): Promise<void> {
  const writer = await openVideoWriter(path, { width: WIDTH, height: HEIGHT, fps: 25, pixelFormat, encoding, ...more });
  const channels = { rgb24: 3, rgba: 4, gray: 1 }[pixelFormat];
  for (let i = 0; i < frames; i += 1) await writer.write(testFrame(i, channels));
  await writer.close();
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    if (!(error instanceof PortraitError)) throw error;
    expect(ERROR_TABLE[error.code]).toBeDefined();
    return error.code;
  }
}

function sine(seconds: number, rate: number, hertz: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  );
}

describe('lossless video', () => {
  it.each([
    ['rgb24', 3],
    ['rgba', 4],
    ['gray', 1],
  ] as const)('gives back every %s byte', async (pixelFormat, channels) => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', pixelFormat, 7);
    const frames = await collectFrames(readFrames(path, { pixelFormat }));
    expect(frames).toHaveLength(7);
    frames.forEach((frame, i) => expect(frame.equals(testFrame(i, channels))).toBe(true));
  });

  it('starts and stops at exact frames', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', 'gray', 30);
    for (const startFrame of [0, 1, 13, 29]) {
      const frames = await collectFrames(readFrames(path, { pixelFormat: 'gray', startFrame, frameCount: 3 }));
      expect(frames).toHaveLength(Math.min(3, 30 - startFrame));
      frames.forEach((frame, i) => expect(frame.equals(testFrame(startFrame + i, 1))).toBe(true));
    }
  });

  it('starts at an exact frame of a file with distant key frames', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mp4');
    await write(path, 'h264', 'rgb24', 20);
    const whole = await collectFrames(readFrames(path, { pixelFormat: 'gray' }));
    const [part] = await collectFrames(readFrames(path, { pixelFormat: 'gray', startFrame: 11, frameCount: 1 }));
    expect(part!.equals(whole[11]!)).toBe(true);
  });

  it('scales to the size asked for', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', 'rgb24', 2);
    const frames = await collectFrames(
      readFrames(path, { pixelFormat: 'rgba', width: 20, height: 10, filters: ['crop=40:40:2:2'] }),
    );
    expect(frames.map((f) => f.length)).toEqual([800, 800]);
  });
});

describe('other encodings', () => {
  it.each([
    ['h264', 'mp4', 'h264', 'yuv420p'],
    ['prores4444', 'mov', 'prores', 'yuva444p12le'],
    ['vp9-alpha', 'webm', 'vp9', 'yuv420p'],
  ] as const)(
    '%s: same frames, same bytes; tags and exact sound length',
    async (encoding, extension, codec, pixelFormat) => {
      await using dir = await temporaryDirectory();
      const sound = join(dir.path, 'tone.wav');
      await writeWav(sound, sine(0.3, 16000, 440), 16000);
      const paths = ['a', 'b'].map((name) => join(dir.path, `${name}.${extension}`));
      for (const path of paths)
        await write(path, encoding, 'rgba', 25, {
          audio: { path: sound },
          metadata: { 'portrait.consent': 'abc=1;2', title: 'T' },
        });
      const [a, b] = await Promise.all(paths.map((p) => readFile(p)));
      expect(a!.equals(b!)).toBe(true);
      const info = await probeMedia(paths[0]!);
      expect(info.video).toMatchObject({ codec, pixelFormat, width: WIDTH, height: HEIGHT, fps: 25 });
      expect(a!.includes('abc=1;2')).toBe(true);
      const samples = await readAudio(paths[0]!, { sampleRate: 48000 });
      // AAC and Opus keep whole packets at the end where the container cannot say otherwise: at most one packet of 1024
      // (AAC) or 960 (Opus) too many.
      expect(samples.length).toBeGreaterThanOrEqual(48000);
      expect(samples.length).toBeLessThanOrEqual(48000 + 1024);
      await expect(stat(`${paths[0]}.picture`)).rejects.toThrow('ENOENT');
    },
  );

  it('keeps sound where it was, to the sample', async () => {
    await using dir = await temporaryDirectory();
    const sound = join(dir.path, 'click.wav');
    const click = new Float32Array(48000);
    click[24000] = 0.9;
    await writeWav(sound, click, 48000);
    const path = join(dir.path, 'a.mp4');
    await write(path, 'h264', 'rgb24', 25, { audio: { path: sound } });
    const samples = await readAudio(path, { sampleRate: 48000 });
    const peak = samples.reduce((best, v, i) => (Math.abs(v) > Math.abs(samples[best]!) ? i : best), 0);
    expect(peak).toBe(24000);
  });

  it('keeps alpha', async () => {
    await using dir = await temporaryDirectory();
    for (const [encoding, name] of [
      ['prores4444', 'a.mov'],
      ['vp9-alpha', 'a.webm'],
    ] as const) {
      const path = join(dir.path, name);
      const writer = await openVideoWriter(path, {
        width: WIDTH,
        height: HEIGHT,
        fps: 25,
        pixelFormat: 'rgba',
        encoding,
      });
      const frame = new Uint8Array(WIDTH * HEIGHT * 4).fill(200);
      for (let i = 0; i < WIDTH * HEIGHT; i += 1) frame[4 * i + 3] = i % WIDTH < WIDTH / 2 ? 0 : 255;
      await writer.write(frame);
      await writer.close();
      // The native VP9 decoder of ffmpeg drops alpha; its container must still announce it.
      if (encoding === 'vp9-alpha') {
        const { stdout } = await runProgram('ffprobe', ['-v', 'error', '-show_streams', path]);
        expect(stdout).toMatch(/alpha_mode=1/i);
        continue;
      }
      const [read] = await collectFrames(readFrames(path, { pixelFormat: 'rgba' }));
      expect([read![3], read![4 * (WIDTH - 1) + 3]]).toEqual([0, 255]);
    }
  });

  it('refuses odd sizes and frames of another size in words', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mp4');
    expect(
      await codeOf(openVideoWriter(path, { width: 33, height: 48, fps: 25, pixelFormat: 'gray', encoding: 'h264' })),
    ).toBe('INVALID_ARGUMENT');
    const writer = await openVideoWriter(path, {
      width: 32,
      height: 48,
      fps: 25,
      pixelFormat: 'gray',
      encoding: 'h264',
    });
    expect(await codeOf(writer.write(new Uint8Array(3)))).toBe('INVALID_ARGUMENT');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

describe('failures', () => {
  it('names a full disk and an unwritable folder', async () => {
    await using dir = await temporaryDirectory();
    expect(await codeOf(write('/dev/full', 'ffv1', 'rgb24', 200))).toBe('STORE_UNWRITABLE');
    const file = join(dir.path, 'file');
    await writeFile(file, 'x');
    for (const path of [join(dir.path, 'missing', 'a.mkv'), join(file, 'a.mkv'), dir.path]) {
      expect(await codeOf(write(path, 'ffv1', 'rgb24', 3))).toBe('STORE_UNWRITABLE');
    }
  });

  it('refuses what is no media', async () => {
    await using dir = await temporaryDirectory();
    const empty = join(dir.path, 'empty.mp4');
    const text = join(dir.path, 'text.mp4');
    await writeFile(empty, '');
    await writeFile(text, 'This is a letter, not a film.\n'.repeat(50));
    expect(await codeOf(probeMedia(empty))).toBe('INPUT_UNREADABLE');
    expect(await codeOf(probeMedia(text))).toBe('INPUT_UNREADABLE');
    expect(await codeOf(probeMedia(dir.path))).toBe('INPUT_UNREADABLE');
    expect(await codeOf(probeMedia(join(dir.path, 'none.mp4')))).toBe('NOT_FOUND');
    expect(await codeOf(probeMedia('a\0b'))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(collectFrames(readFrames(text, { pixelFormat: 'gray', width: 8, height: 8 })))).toBe(
      'INPUT_UNREADABLE',
    );
    expect(await codeOf(readAudio(text, { sampleRate: 16000 }))).toBe('INPUT_UNREADABLE');
  });

  it('says how to install a missing program', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.wav');
    await writeWav(path, sine(0.1, 16000, 440), 16000);
    process.env['PORTRAIT_FFPROBE'] = join(dir.path, 'nothing-here');
    try {
      await expect(probeMedia(path)).rejects.toMatchObject({
        code: 'DEPENDENCY_MISSING',
        hint: expect.stringMatching(/install.*ffmpeg.*PORTRAIT_FFPROBE/is),
      });
    } finally {
      delete process.env['PORTRAIT_FFPROBE'];
    }
  });

  it('stops on request: reading, writing, before the start', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', 'rgb24', 60);
    const reading = new AbortController();
    const read = async (): Promise<void> => {
      for await (const frame of readFrames(path, {
        pixelFormat: 'rgba',
        width: 800,
        height: 600,
        signal: reading.signal,
      })) {
        expect(frame.length).toBe(800 * 600 * 4);
        reading.abort();
      }
    };
    expect(await codeOf(read())).toBe('CANCELLED');
    const writing = new AbortController();
    const out = join(dir.path, 'b.mkv');
    const writer = await openVideoWriter(out, {
      width: WIDTH,
      height: HEIGHT,
      fps: 25,
      pixelFormat: 'gray',
      encoding: 'ffv1',
      signal: writing.signal,
    });
    await writer.write(testFrame(0, 1));
    writing.abort();
    expect(await codeOf(writer.close())).toBe('CANCELLED');
    await expect(stat(out)).rejects.toThrow('ENOENT');
    expect(await codeOf(probeMedia(path, { signal: AbortSignal.abort() }))).toBe('CANCELLED');
  });

  it('leaves a loop early without waiting for the rest', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', 'rgb24', 60);
    let seen = 0;
    for await (const frame of readFrames(path, { pixelFormat: 'rgba', width: 800, height: 600 })) {
      seen += frame.length > 0 ? 1 : 0;
      if (seen === 2) break;
    }
    expect(seen).toBe(2);
  });
});

describe('names', () => {
  it.each([
    '-dash.mkv',
    'with space.mkv',
    `quote'".mkv`,
    'ünï 漢字 🎬.mkv',
    'http:colon.mkv',
    'percent%03d.mkv',
    'star*?[a].mkv',
    '$(touch x).mkv',
  ])('reads and writes %s', async (name) => {
    await using dir = await temporaryDirectory();
    await mkdir(join(dir.path, 'd'));
    const path = join(dir.path, 'd', name);
    await write(path, 'ffv1', 'gray', 2);
    expect(await collectFrames(readFrames(path, { pixelFormat: 'gray' }))).toHaveLength(2);
    expect((await probeMedia(path)).video?.codec).toBe('ffv1');
  });
});

describe('sound', () => {
  it('returns what writeWav wrote, with and without ffmpeg', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.wav');
    const samples = sine(0.5, 16000, 440);
    await writeWav(path, samples, 16000);
    expect(await readWav(path)).toEqual({ samples, sampleRate: 16000 });
    expect(await readAudio(path, { sampleRate: 16000 })).toEqual(samples);
  });

  it.each([
    [8000, 1],
    [44100, 2],
    [96000, 6],
  ])('brings %d Hz with %d channels to 16 kHz mono', async (rate, channels) => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.wav');
    const { code, stderr } = await runProgram('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `sine=frequency=500:sample_rate=${rate}:duration=1`,
      '-ac',
      String(channels),
      path,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const samples = await readAudio(path, { sampleRate: 16000 });
    expect(Math.abs(samples.length - 16000)).toBeLessThanOrEqual(1); // One sample of rounding in the resampler.
    let crossings = 0;
    for (let i = 1; i < samples.length; i += 1) crossings += samples[i - 1]! < 0 && samples[i]! >= 0 ? 1 : 0;
    expect(Math.abs(crossings - 500)).toBeLessThanOrEqual(1);
  });

  it('says when there is none', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await write(path, 'ffv1', 'gray', 2);
    expect(await codeOf(readAudio(path, { sampleRate: 16000 }))).toBe('INPUT_NO_AUDIO');
  });
});

describe('probe', () => {
  it('tells the size as shown for a rotation flag and for oblong pixels', async () => {
    await using dir = await temporaryDirectory();
    const upright = join(dir.path, 'a.mp4');
    await write(upright, 'h264', 'rgb24', 3);
    const turned = join(dir.path, 'turned.mp4');
    const ffmpeg = async (...args: string[]): Promise<void> =>
      expect(await runProgram('ffmpeg', ['-v', 'error', ...args])).toMatchObject({ code: 0 });
    await ffmpeg('-i', upright, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned);
    expect((await probeMedia(turned)).video).toMatchObject({
      rotation: 270,
      width: HEIGHT,
      height: WIDTH,
      codedWidth: WIDTH,
    });
    const [shown] = await collectFrames(readFrames(turned, { pixelFormat: 'gray', frameCount: 1 }));
    const [expected] = await collectFrames(
      readFrames(upright, {
        pixelFormat: 'gray',
        frameCount: 1,
        width: HEIGHT,
        height: WIDTH,
        filters: ['transpose=cclock'],
      }),
    );
    expect(shown!.equals(expected!)).toBe(true);
    const oblong = join(dir.path, 'oblong.mkv');
    await ffmpeg('-i', upright, '-vf', 'setsar=2/1', '-c:v', 'ffv1', oblong);
    expect((await probeMedia(oblong)).video).toMatchObject({ width: 2 * WIDTH, height: HEIGHT });
  });
});

describe('transcode and join', () => {
  it('keeps YUV samples untouched', async () => {
    await using dir = await temporaryDirectory();
    const source = join(dir.path, 'a.mp4');
    await write(source, 'h264', 'rgb24', 6);
    const out = join(dir.path, 'b.mkv');
    expect(
      await transcodeToFfv1(source, out, {
        filters: ['fps=25'],
        pixelFormat: 'yuv420p',
        colour: { matrix: 'bt709', range: 'tv' },
      }),
    ).toBe(6);
    const [a, b] = await Promise.all([source, out].map((p) => collectFrames(readFrames(p, { pixelFormat: 'rgb24' }))));
    a!.forEach((frame, i) => expect(frame.equals(b![i]!)).toBe(true));
  });

  it('joins clips with every sound at its own start', async () => {
    await using dir = await temporaryDirectory();
    const clips: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const sound = join(dir.path, `${i}.wav`);
      const click = new Float32Array(17640); // 0.4 s at 44.1 kHz, picture 0.48 s: the rest must be filled.
      click[4410] = 0.9;
      await writeWav(sound, click, 44100);
      clips.push(join(dir.path, `${i}.mkv`));
      await write(join(dir.path, `${i}-silent.mp4`), 'h264', 'rgb24', 12);
      expect(
        await runProgram('ffmpeg', [
          '-v',
          'error',
          '-i',
          join(dir.path, `${i}-silent.mp4`),
          '-i',
          sound,
          '-c:v',
          'copy',
          '-c:a',
          'pcm_s16le',
          clips[i]!,
        ]),
      ).toMatchObject({ code: 0 });
    }
    const out = join(dir.path, 'joined.mkv');
    expect(await joinClips(clips, out)).toEqual({ frames: 36, seconds: 1.44 });
    const [frames, ...parts] = await Promise.all(
      [out, ...clips].map((path) => collectFrames(readFrames(path, { pixelFormat: 'rgb24' }))),
    );
    expect(Buffer.concat(frames!).equals(Buffer.concat(parts.flat()))).toBe(true);
    const samples = await readAudio(out, { sampleRate: 44100 });
    expect(samples.length).toBe(Math.round(1.44 * 44100));
    const clicks = [...samples.keys()].filter((i) => samples[i]! > 0.3);
    expect(clicks).toEqual([0, 1, 2].map((k) => 4410 + Math.round(k * 0.48 * 44100)));
  });
});
