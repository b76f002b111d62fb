import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probeMedia, programPath, readFrames } from '@portrait/media';
import { temporaryDirectory } from '@portrait/testing';
import { checkStreams, type Source } from './check-streams.js';
import { ingestSpec } from '@portrait/contracts';
import { SAMPLES_PER_FRAME, fitSound, readClipSound, selectFilter, timelineFilters } from './timeline.js';

jest.setTimeout(120_000); // Many programs are started; a busy machine starts them slowly.

const run = promisify(execFile);
const ffmpeg = (...args: string[]): Promise<unknown> => run(programPath('ffmpeg'), ['-v', 'error', '-y', ...args]);
const never = new AbortController().signal;

/** A flash and a click at the same moment of a recording of 4 s; `offset` moves the sound's start in the container. */
async function flashAndClick(
  path: string,
  at: number,
  offset: { video?: number; audio?: number },
  codecs: string[],
  rate = 25,
): Promise<void> {
  const flash = `between(t,${at - 0.001},${at + 0.039})`;
  const beepAt = at - (offset.audio ?? 0) + (offset.video ?? 0);
  const beep = `if(between(t,${beepAt},${beepAt + 0.01}),0.9*sin(2*PI*1000*t),0)`;
  await ffmpeg(
    '-itsoffset',
    String(offset.video ?? 0),
    '-f',
    'lavfi',
    '-i',
    `color=gray:size=160x128:rate=${rate}:duration=4,drawbox=t=fill:color=white:enable='${flash}'`,
    '-itsoffset',
    String(offset.audio ?? 0),
    '-f',
    'lavfi',
    '-i',
    `aevalsrc='${beep}':sample_rate=48000:duration=4`,
    '-copyts',
    ...codecs,
    path,
  );
}

async function open(
  path: string,
  params: object = {},
): Promise<{ source: Source; params: ReturnType<typeof ingestSpec.params.parse> }> {
  const parsed = ingestSpec.params.parse(params);
  return { source: checkStreams(path, await probeMedia(path), parsed), params: parsed };
}

async function flashFrames(source: Source, filters: string[]): Promise<number[]> {
  const bright: number[] = [];
  let index = 0;
  for await (const frame of readFrames(source.path, { pixelFormat: 'gray', width: 16, height: 16, filters })) {
    if (frame[100]! > 190) bright.push(index);
    index += 1;
  }
  return bright;
}

const firstLoud = (samples: Float32Array): number => samples.findIndex((v) => Math.abs(v) > 0.2);

describe("the clip's timeline", () => {
  const LOSSLESS = ['-c:v', 'ffv1', '-c:a', 'pcm_s16le'];
  it.each([
    ['both at once', 'a.mkv', {}, LOSSLESS],
    ['sound late in the container', 'b.mkv', { audio: 0.52 }, LOSSLESS],
    ['picture late in the container', 'c.mkv', { video: 0.4 }, LOSSLESS],
    ['a transport stream that starts at 1.4 s', 'd.ts', { audio: 0.2 }, ['-c:v', 'libx264', '-bf', '0', '-c:a', 'aac']],
    ['mp4 with an edit list', 'e.mp4', { audio: 0.24 }, ['-c:v', 'libx264', '-c:a', 'aac']],
  ] as const)('keeps sound and picture together: %s', async (_, name, offset, codecs) => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, name);
    await flashAndClick(path, 2, offset, [...codecs]);
    const { source, params } = await open(path);
    const [flash] = await flashFrames(source, timelineFilters(source, params));
    const click = firstLoud(await readClipSound(source, params, never));
    // A lossy codec spreads the click by half a packet before it; 20 ms is half a frame.
    expect(Math.abs(click / SAMPLES_PER_FRAME - flash!)).toBeLessThan(0.5);
    expect(flash).toBe(50);
  });

  it('brings other and varying rates to 25 frames a second at the right times', async () => {
    await using dir = await temporaryDirectory();
    for (const [name, rate] of [
      ['slow.mkv', 12.5],
      ['fast.mkv', 60],
    ] as const) {
      const path = join(dir.path, name);
      await flashAndClick(path, 2, {}, LOSSLESS, rate);
      const { source, params } = await open(path);
      expect((await flashFrames(source, timelineFilters(source, params)))[0]).toBe(50);
    }
    const steady = join(dir.path, 'steady.mkv');
    await flashAndClick(steady, 2, {}, LOSSLESS);
    const varying = join(dir.path, 'varying.mkv');
    await ffmpeg(
      '-i',
      steady,
      '-vf',
      "select='not(between(n,10,30)*mod(n,2))'",
      '-fps_mode',
      'vfr',
      ...LOSSLESS,
      varying,
    );
    const { source, params } = await open(varying);
    expect(await flashFrames(source, timelineFilters(source, params))).toEqual([50]);
  });

  it('takes the part asked for', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'a.mkv');
    await flashAndClick(path, 2, { audio: 0.1 }, LOSSLESS);
    const { source, params } = await open(path, { startSeconds: 0.8, durationSeconds: 3 });
    expect(await flashFrames(source, timelineFilters(source, params))).toEqual([30]);
    const sound = await readClipSound(source, params, never);
    expect(sound.length).toBe(48000);
    expect(Math.abs(firstLoud(sound) - 30 * SAMPLES_PER_FRAME)).toBeLessThan(80); // 5 ms
  });

  it('selects exactly the frames named', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'n.mkv');
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      "nullsrc=size=16x16:rate=25:duration=4,format=gray,geq=lum='N*2'",
      '-c:v',
      'ffv1',
      path,
    );
    for (const frames of [[0], [0, 5, 10, 15, 16, 17, 18, 19, 20, 25, 40, 41, 77, 99], [3, 4], [2, 9, 98]]) {
      const seen: number[] = [];
      for await (const frame of readFrames(path, { pixelFormat: 'gray', filters: [selectFilter(frames)] }))
        seen.push(Math.round(frame[0]! / 2));
      expect(seen).toEqual(frames);
    }
  });

  it('moves, pads and cuts sound to the sample', () => {
    const sound = Float32Array.from([1, 2, 3, 4]);
    expect([...fitSound(sound, 0, 6)]).toEqual([1, 2, 3, 4, 0, 0]);
    expect([...fitSound(sound, 0, 2)]).toEqual([1, 2]);
    expect([...fitSound(sound, 2 / 16000, 5)]).toEqual([0, 0, 1, 2, 3]);
    expect([...fitSound(sound, -1 / 16000, 5)]).toEqual([2, 3, 4, 0, 0]);
    expect([...fitSound(sound, 9 / 16000, 3)]).toEqual([0, 0, 0]);
  });
});
