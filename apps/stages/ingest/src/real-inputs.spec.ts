// Recordings as users have them: HDR, fields without a flag, several tracks and channels, hours.
import { describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { ingestSpec } from '@portrait/contracts';
import { detectFields, probeMedia, readFrames } from '@portrait/media';
import { collectFrames, temporaryDirectory } from '@portrait/testing';
import { checkStreams, type Source } from './check-streams.js';
import { chooseVoice } from './choose-voice.js';
import { gradeForm } from './grade-form.js';
import { readClipSound, timelineFilters } from './timeline.js';

jest.setTimeout(240_000); // Many programs are started; a busy machine starts them slowly.

const SPEECH = resolve(import.meta.dirname, '../../../../samples/jfk.wav');
const ffmpeg = (...args: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
const never = new AbortController().signal;
const params = ingestSpec.params.parse({});

async function open(path: string): Promise<Source> {
  return checkStreams(path, await probeMedia(path), params);
}

const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', source];
const loudest = (samples: Float32Array): number => samples.reduce((best, v) => Math.max(best, Math.abs(v)), 0);

describe('an HDR recording', () => {
  it.each(['smpte2084', 'arib-std-b67'])(
    '%s: skin keeps its colour within a few levels, and it is told',
    async (transfer) => {
      await using dir = await temporaryDirectory();
      const path = join(dir.path, 'hdr.mp4');
      const toLight = 'zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020';
      const toHdr = `zscale=t=${transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le`;
      const plain = join(dir.path, 'sdr.mkv');
      const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
      const skin = 'format=rgb24,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p';
      ffmpeg(...lavfi('color=0xB47370:s=160x160:r=25:d=4'), '-vf', skin, '-c:v', 'ffv1', ...tags, plain);
      ffmpeg(
        ...['-i', plain, ...lavfi('sine=d=4')],
        ...['-vf', `${toLight},${toHdr}`, '-c:v', 'libx265', '-x265-params', 'log-level=none', '-crf', '5'],
        ...['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc', path],
      );
      const source = await open(path);
      expect(gradeForm(source).map(({ code }) => code)).toEqual(['hdr']);
      const filters = [
        ...timelineFilters(source, params),
        'scale=out_color_matrix=bt709:out_range=tv',
        'format=yuv420p',
      ];
      const size = { width: 16, height: 16, frameCount: 1 };
      const [frame] = await collectFrames(readFrames(path, { pixelFormat: 'rgb24', ...size, filters }));
      const [r, g, b] = frame!.subarray(3 * 120, 3 * 121);
      expect([r! - 180, g! - 115, b! - 112].map(Math.abs).filter((off) => off > 4)).toEqual([]);
    },
  );
});

describe('an interlaced recording', () => {
  const moving = 'testsrc=s=320x240:r=50:d=6,scroll=horizontal=0.02';

  it.each(['tff', 'bff'] as const)('without a flag, %s: found, and combed lines are gone', async (order) => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'fields.avi');
    const weave = `tinterlace=mode=${order === 'tff' ? 'interleave_top' : 'interleave_bottom'},setfield=prog`;
    ffmpeg(...lavfi(moving), ...lavfi('sine=d=6'), '-vf', weave, '-c:v', 'huffyuv', '-c:a', 'pcm_s16le', path);
    const source = await open(path);
    expect(source.video.interlaced).toBe(false);
    const fields = await detectFields(path, source.video);
    expect(fields).toBe(order);
    expect(gradeForm({ ...source, fields }).map(({ code }) => code)).toEqual(['interlaced']);
    const combed = await combing(path, timelineFilters(source, params));
    const even = await combing(path, timelineFilters({ ...source, fields }, params));
    expect(even).toBeLessThan(0.6 * combed);
  });

  it('progressive pictures are left alone', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'plain.avi');
    ffmpeg(...lavfi(moving), ...lavfi('sine=d=6'), '-r', '25', '-c:v', 'huffyuv', '-c:a', 'pcm_s16le', path);
    expect(await detectFields(path, (await open(path)).video)).toBeNull();
  });

  /** Mean difference of a line from the mean of its neighbours. */
  async function combing(path: string, filters: string[]): Promise<number> {
    const size = { width: 320, height: 240, frameCount: 40 };
    const frames = await collectFrames(readFrames(path, { pixelFormat: 'gray', ...size, filters }));
    const frame = frames[20]!;
    let sum = 0;
    for (let y = 1; y < 239; y += 1)
      for (let x = 0; x < 320; x += 1) {
        const around = (frame[(y - 1) * 320 + x]! + frame[(y + 1) * 320 + x]!) / 2;
        sum += Math.abs(frame[y * 320 + x]! - around);
      }
    return sum;
  }
});

describe('which sound is the voice', () => {
  const PICTURE = lavfi('testsrc=s=160x160:r=25:d=8');

  it('the default track where it holds speech, else the track with the best speech, and it is told', async () => {
    await using dir = await temporaryDirectory();
    const noise = lavfi('anoisesrc=amplitude=0.2:seed=4:d=8:r=16000');
    const codecs = ['-map', '0:v', '-map', '1:a', '-map', '2:a', '-c:v', 'ffv1', '-c:a', 'pcm_s16le', '-t', '8'];
    const first = ['-disposition:a:0', 'default', '-disposition:a:1', '0'];
    const wrong = join(dir.path, 'noise-first.mkv');
    ffmpeg(...PICTURE, ...noise, '-i', SPEECH, ...codecs, ...first, wrong);
    const chosen = await chooseVoice(await open(wrong), never);
    expect(chosen.choice.audio.track).toBe(1);
    expect(chosen.findings).toMatchObject([{ level: 'warning', code: 'sound-track', value: 2 }]);
    const right = join(dir.path, 'speech-first.mkv');
    ffmpeg(...PICTURE, '-i', SPEECH, ...noise, ...codecs, ...first, right);
    const kept = await chooseVoice(await open(right), never);
    expect(kept.choice.audio.track).toBe(0);
    expect(kept.findings).toMatchObject([{ level: 'info', code: 'sound-track', value: 1 }]);
  });

  it('one channel where the channels cancel each other out; the clip gets that sound', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'inverted.mkv');
    const inverted = ['-af', 'pan=stereo|c0=c0|c1=-1*c0', '-c:v', 'ffv1', '-c:a', 'pcm_s16le', '-t', '8'];
    ffmpeg(...PICTURE, '-i', SPEECH, ...inverted, path);
    const source = await open(path);
    expect(loudest(await readClipSound(source, params, never))).toBeLessThan(0.01);
    const { choice, findings } = await chooseVoice(source, never);
    expect(findings.map(({ code }) => code)).toEqual(['sound-polarity']);
    expect(loudest(await readClipSound({ ...source, ...choice }, params, never))).toBeGreaterThan(0.2);
  });

  it('plain stereo is mixed as ever and brings no finding', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'stereo.mkv');
    ffmpeg(...PICTURE, '-i', SPEECH, '-ac', '2', '-c:v', 'ffv1', '-c:a', 'pcm_s16le', '-t', '8', path);
    const { choice, findings } = await chooseVoice(await open(path), never);
    expect([choice.channel, findings]).toEqual([null, []]);
  });
});

describe('a long recording', () => {
  it('more than an hour is refused with the way out; a part of it is read without the rest', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'long.mkv');
    const seconds = 2 * 3600;
    ffmpeg(
      ...lavfi(`color=s=160x160:r=10:d=${seconds}`),
      ...lavfi(`anullsrc=r=8000:cl=mono:d=${seconds}`),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10000', '-c:a', 'pcm_u8', path],
    );
    await expect(open(path)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/7200 s long; a clip has at most 3600 s/),
      hint: expect.stringContaining('durationSeconds'),
    });
    const part = ingestSpec.params.parse({ durationSeconds: 5 });
    const source = checkStreams(path, await probeMedia(path), part);
    expect(await readClipSound(source, part, never)).toHaveLength(5 * 16000);
  });
});
