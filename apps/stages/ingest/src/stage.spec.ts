import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { clipJsonSchema, type ClipJson } from '@portrait/contracts';
import { probeMedia, programPath, readAudio, readFrames, readWav } from '@portrait/media';
import { openTestScope, runStageForTest, type StageEvent, type StageResult } from '@portrait/stage-kit';
import { collectFrames, describeWithData, sharedData, storeForTests } from '@portrait/testing';
import { ingestStage } from './run.js';

jest.setTimeout(600_000); // The landmark model runs on every frame of some clips; a busy machine is slow.

const run = promisify(execFile);
const ffmpeg = (...args: string[]): Promise<unknown> => run(programPath('ffmpeg'), ['-v', 'error', '-y', ...args]);

const place = storeForTests(openTestScope);
const { file } = place;

async function ingest(
  path: string,
  params: object = {},
  more: { threads?: number; seed?: number; signal?: AbortSignal; onEvent?: (event: StageEvent) => void } = {},
): Promise<StageResult> {
  const video = await place.scope.importFile('source-video', 'source', path);
  return runStageForTest(ingestStage, place.scope, { video }, { params, ...more });
}

async function clipOf(result: StageResult): Promise<{ clip: ClipJson; video: string; audio: string }> {
  const ref = result.outputs['clip']!;
  return {
    clip: await place.scope.readJson(ref, 'clip.json', clipJsonSchema),
    video: await place.scope.path(ref, 'video.mkv'),
    audio: await place.scope.path(ref, 'audio.wav'),
  };
}

const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=300:sample_rate=16000:duration=6'];
const TEST_PICTURE = (size: string, rate: number, seconds: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`,
];

describe('refused before anything is decoded', () => {
  const refused = (path: string, code: string, message: RegExp, hint: RegExp): Promise<void> =>
    expect(ingest(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });

  it('no picture, no sound', async () => {
    await ffmpeg(...TONE, file('sound.wav'));
    await refused(file('sound.wav'), 'INPUT_NO_VIDEO', /no picture/, /video of the person/);
    await ffmpeg(...TEST_PICTURE('320x240', 25, 6), '-an', file('mute.mp4'));
    await refused(file('mute.mp4'), 'INPUT_NO_AUDIO', /no sound/, /with its sound/);
  });

  it('what is no video: empty, text, cut short', async () => {
    await writeFile(file('empty.mp4'), '');
    await refused(file('empty.mp4'), 'INPUT_UNREADABLE', /^The video is empty/, /again/);
    await writeFile(file('text.mp4'), 'Dear Sir or Madam,\n'.repeat(99));
    await refused(file('text.mp4'), 'INPUT_UNREADABLE', /^The video cannot be decoded/, /media player/);
    await ffmpeg(...TEST_PICTURE('320x240', 25, 6), ...TONE, file('whole.mp4'));
    await writeFile(file('half.mp4'), (await readFile(file('whole.mp4'))).subarray(0, 40_000));
    await refused(file('half.mp4'), 'INPUT_UNREADABLE', /^The video cannot be decoded/, /again/);
  });

  it('too short, too slow, too small', async () => {
    await ffmpeg(...TEST_PICTURE('320x240', 25, 2), ...TONE, '-shortest', file('short.mp4'));
    await refused(file('short.mp4'), 'INPUT_TOO_SHORT', /2\.\d+ s long; at least 3 s/, /minutes/);
    await ffmpeg(...TEST_PICTURE('320x240', 4, 6), ...TONE, file('slow.mp4'));
    await refused(file('slow.mp4'), 'INPUT_LOW_QUALITY', /4 frames a second/, /25 frames/);
    await ffmpeg(...TEST_PICTURE('64x64', 25, 6), ...TONE, file('small.mp4'));
    await refused(file('small.mp4'), 'INPUT_LOW_QUALITY', /64×64 px/, /original recording/);
  });

  it('a start after the end, and parameters out of range, all named', async () => {
    await expect(ingest(file('whole.mp4'), { startSeconds: 50 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/ends at 6/),
    });
    await expect(ingest(file('whole.mp4'), { size: 33, fps: 30 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/size[^]*fps|fps[^]*size/),
    });
  });
});

const GERMAN = 'video/German_20s.mp4';
const CNN = 'video/cnn2_25fps.mp4';
const FAST = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18'];

describeWithData('refused after grading', [GERMAN, CNN], () => {
  const german = sharedData(GERMAN);
  const cnn = sharedData(CNN);
  async function refused(name: string, code: string, ...messages: RegExp[]): Promise<void> {
    const error = await ingest(file(name), { thresholds: { minSeconds: 1 } }, { threads: 1 }).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code, at: { stage: 'ingest' }, hint: expect.any(String) });
    for (const message of messages) expect((error as Error).message).toMatch(message);
  }

  it('two people', async () => {
    await ffmpeg(
      '-t',
      '1.6',
      '-i',
      german,
      '-t',
      '1.6',
      '-i',
      cnn,
      '-filter_complex',
      '[0:v][1:v]hstack',
      '-map',
      '0:a',
      ...FAST,
      file('two.mkv'),
    );
    await refused('two.mkv', 'FACE_AMBIGUOUS', /second face .* first at 0\.00 s/);
  });

  it('a cut to another person', async () => {
    await ffmpeg(
      '-t',
      '2',
      '-i',
      german,
      '-t',
      '2',
      '-i',
      cnn,
      '-filter_complex',
      '[0:v]setsar=1[a];[1:v]setsar=1[b];[a][0:a][b][1:a]concat=n=2:v=1:a=1',
      ...FAST,
      file('cut.mkv'),
    );
    await refused('cut.mkv', 'FACE_AMBIGUOUS', /cuts to another person at 2\.00 s/);
  });

  it('a face that leaves for three seconds', async () => {
    await ffmpeg(
      '-t',
      '4',
      '-i',
      german,
      '-vf',
      "drawbox=t=fill:color=0x507090:enable='between(t,0.5,3.5)'",
      ...FAST,
      file('leaves.mkv'),
    );
    await refused('leaves.mkv', 'FACE_NOT_FOUND', /No face is seen for about (2\.8|3\.\d) s from 0\.[46]/);
  });

  it('a face cut by the frame', async () => {
    await ffmpeg('-t', '1.6', '-i', german, '-vf', 'crop=300:360:10:0', ...FAST, file('edge.mkv'));
    await refused('edge.mkv', 'INPUT_LOW_QUALITY', /edge of the picture cuts the face/);
  });

  it('no face, and a file that ends before its time, told together', async () => {
    await ffmpeg(
      ...TEST_PICTURE('320x240', 25, 6),
      '-t',
      '6',
      '-i',
      german,
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c:v',
      'ffv1',
      '-c:a',
      'pcm_s16le',
      file('faceless.mkv'),
    );
    await refused('faceless.mkv', 'FACE_NOT_FOUND', /No face was found/);
    const { size } = await stat(file('faceless.mkv'));
    await writeFile(file('ends.mkv'), (await readFile(file('faceless.mkv'))).subarray(0, Math.round(0.7 * size)));
    await refused('ends.mkv', 'INPUT_LOW_QUALITY', /stops after 4\.\d+ s of the 6\.00 s/, /No face was found/);
  });

  it('black frames and silent sound, told together', async () => {
    await ffmpeg(
      '-t',
      '2',
      '-i',
      german,
      '-vf',
      "drawbox=t=fill:color=black:enable='between(t,1,1.4)'",
      '-af',
      'volume=0',
      ...FAST,
      file('black.mkv'),
    );
    await refused('black.mkv', 'INPUT_LOW_QUALITY', /black for 0\.4\d s from 1\.00 s/, /sound is silent/);
  });

  it('white noise in place of speech', async () => {
    await ffmpeg(
      '-t',
      '2',
      '-i',
      german,
      '-f',
      'lavfi',
      '-t',
      '2',
      '-i',
      'anoisesrc=amplitude=0.3:seed=4',
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c:v',
      'copy',
      file('noise.mkv'),
    );
    await refused('noise.mkv', 'INPUT_LOW_QUALITY', /No speech .* steady noise/);
  });
});

describeWithData('the clip', [GERMAN], () => {
  const german = sharedData(GERMAN);

  it(
    'of a turned recording with six channels at 96 kHz and late sound: upright, 25 fps, 16 kHz, ' +
      'offset found and mended',
    async () => {
      const turned = file('turned.mkv');
      await ffmpeg(
        '-t',
        '7',
        '-i',
        german,
        '-vf',
        'transpose=clock',
        '-af',
        'adelay=200:all=1,aformat=channel_layouts=5.1',
        '-ar',
        '96000',
        ...FAST,
        '-c:a',
        'flac',
        turned,
      );
      const flagged = file('it\'s -"turned" ü.mp4');
      await ffmpeg('-i', turned, '-c', 'copy', '-strict', '-2', '-metadata:s:v', 'rotate=90', flagged);
      const steps: number[] = [];
      const result = await ingest(
        flagged,
        { size: 256, durationSeconds: 6, avOffsetCorrection: 'correct' },
        {
          onEvent: (e) => {
            if (e.type === 'progress') steps.push(e.progress.done);
          },
        },
      );
      const { clip, video, audio } = await clipOf(result);
      expect(clip).toMatchObject({
        size: 256,
        frames: 150,
        samples: 96000,
        crop: { left: 0, top: 0, size: 512 },
        cuts: [],
        avOffsetCorrected: true,
        source: { rotation: 270 },
      });
      // The recording itself is off by up to a frame, and the measure is good to a frame.
      expect(Math.abs(clip.avOffsetSeconds! - 0.2)).toBeLessThan(0.08);
      const { samples } = await readWav(audio);
      const original = await readAudio(german, { sampleRate: 16000 });
      const residual = Math.round((0.2 - clip.avOffsetSeconds!) * 16000);
      expect(
        similarity(samples.subarray(16000, 80000), original.subarray(16000 - residual, 80000 - residual)),
      ).toBeGreaterThan(0.95);
      expect(await probeMedia(video)).toMatchObject({
        video: { codec: 'ffv1', width: 256, height: 256, fps: 25, variableRate: false },
      });
      // Upright: like the original, not like the original turned.
      const [[shown], [upright]] = await Promise.all([first(video, []), first(german, [])]);
      expect(similarity(shown!, upright!)).toBeGreaterThan(0.98);
      expect(result.report.findings.map((f) => f.code)).toEqual(['short-clip', 'sound-offset']);
      expect(Object.keys(result.report.preview!.files).sort()).toEqual(['frames.jpg', 'timeline.png']);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(steps.at(-1)).toBe(150);
    },
  );

  it('of a wide, odd-sized recording of varying rate: square round the face; shorter sound ends it', async () => {
    const wide = file('wide.mkv');
    await ffmpeg(
      '-t',
      '4.4',
      '-i',
      german,
      '-vf',
      "pad=903:515:301:2:color=0x305060,select='not(between(n,20,60)*eq(mod(n,4),1))'",
      '-fps_mode',
      'vfr',
      '-af',
      'atrim=end=3.4',
      '-ac',
      '1',
      '-ar',
      '8000',
      '-c:v',
      'ffv1',
      '-pix_fmt',
      'yuv444p',
      '-c:a',
      'pcm_s16le',
      wide,
    );
    const { clip, video, audio } = await clipOf(await ingest(wide));
    expect(clip).toMatchObject({ size: 512, frames: 85, samples: 54400, crop: { top: 0, size: 514 } });
    expect(Math.abs(clip.crop.left - 300)).toBeLessThan(40); // The face is within 8 % of the middle of its own picture.
    expect((await readWav(audio)).samples.length).toBe(54400);
    expect((await probeMedia(video)).video).toMatchObject({ width: 512, height: 512, fps: 25 });
    expect(clip.findings.map((f) => f.code)).toEqual(expect.arrayContaining(['sound-shorter', 'short-clip']));
  });

  it('keeps every sample of a picture that needs no change, and is the same for any number of threads', async () => {
    const plain = file('plain.mp4');
    await ffmpeg('-t', '3.2', '-i', german, ...FAST, plain);
    const one = await ingest(plain, {}, { threads: 1 });
    const two = await ingest(plain, {}, { threads: 2, seed: 2 });
    expect(two.cached).toBe(false);
    expect(two.outputs['clip']!.digest).toBe(one.outputs['clip']!.digest);
    const { clip, video } = await clipOf(one);
    const source = readFrames(plain, { pixelFormat: 'rgb24' });
    let frames = 0;
    for await (const frame of readFrames(video, { pixelFormat: 'rgb24' })) {
      expect(Buffer.from(frame).equals((await source.next()).value as Uint8Array)).toBe(true);
      frames += 1;
    }
    expect(frames).toBe(clip.frames);
  });

  it('is not made when the caller stops', async () => {
    const stop = new AbortController();
    await ffmpeg('-t', '5', '-i', german, ...FAST, file('stop.mkv'));
    await expect(
      ingest(
        file('stop.mkv'),
        {},
        {
          signal: stop.signal,
          onEvent: (e) => {
            if (e.type === 'progress') stop.abort();
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

const first = (path: string, filters: string[]): Promise<Buffer[]> =>
  collectFrames(readFrames(path, { pixelFormat: 'gray', width: 64, height: 64, filters, frameCount: 1 }));

/** Correlation of two lists. */
function similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb, sa, sb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    sa += a[i]! / a.length;
    sb += b[i]! / a.length;
  }
  for (let i = 0; i < a.length; i += 1) {
    ab += (a[i]! - sa) * (b[i]! - sb);
    aa += (a[i]! - sa) ** 2;
    bb += (b[i]! - sb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
