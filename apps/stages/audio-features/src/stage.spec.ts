import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { featuresJsonSchema } from '@portrait/contracts';
import { programPath, readNpy, writeWav } from '@portrait/media';
import { openTestScope, runStageForTest, type StageEvent } from '@portrait/stage-kit';
import { storeForTests } from '@portrait/testing';
import { audioFeaturesStage } from './run.js';

jest.setTimeout(60_000); // opening models and starting ffmpeg is slow on a busy machine
const run = promisify(execFile);
/** Voice-like syllables: enough for shapes, levels and errors. */
const voice = (seconds: number, rate = 16000): Float32Array =>
  Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const t = i / rate;
    let v = 0;
    for (let h = 1; h < 12; h++) v += Math.sin(2 * Math.PI * (110 + 20 * Math.sin(3 * t)) * h * t) / h;
    return 0.2 * v * Math.max(0, Math.sin(2 * Math.PI * 3 * t));
  });

describe('audio-features', () => {
  const place = storeForTests(openTestScope);

  const { file } = place;
  async function features(path: string, onEvent?: (event: StageEvent) => void, signal?: AbortSignal) {
    const audio = await place.scope.importFile('speech', 'source', path);
    const result = await runStageForTest(
      audioFeaturesStage,
      place.scope,
      { audio },
      { ...(onEvent ? { onEvent } : {}), ...(signal ? { signal } : {}) },
    );
    const ref = result.outputs['audioFeatures']!;
    return {
      result,
      array: await readNpy(await place.scope.path(ref, 'features.npy')),
      json: await place.scope.readJson(ref, 'features.json', featuresJsonSchema),
      digest: ref.digest,
    };
  }

  it('writes 50 rows per second for any sample rate, channel count and file name', async () => {
    const wav = file('voice.wav');
    await writeWav(wav, voice(3), 16000);
    const base = await features(wav);
    expect(base.array.shape).toEqual([150, 288]);
    expect(base.json).toMatchObject({
      extractor: 'moonshine-tiny-layer3',
      version: 1,
      channels: 288,
      length: 150,
      rate: 50,
      seconds: 3,
    });

    for (const [name, options] of [
      ['-it\'s "8" kHz ü.wav', ['-ar', '8000']],
      ['wide.wav', ['-ar', '96000', '-ac', '2']],
      ['surround.flac', ['-ar', '48000', '-ac', '6']],
    ] as const) {
      await run(programPath('ffmpeg'), ['-v', 'error', '-i', wav, ...options, `file:${file(name)}`]);
      const other = await features(file(name));
      expect(other.array.shape).toEqual([150, 288]);
      expect(other.result.report.findings).toEqual([]);
    }
  });

  it('writes the same artifact for any number of threads and reports growing progress', async () => {
    const wav = file('long.wav');
    await writeWav(wav, voice(20.01), 16000);
    const events: StageEvent[] = [];
    const first = await features(wav, (event) => events.push(event));
    const audio = await place.scope.importFile('speech', 'source', wav);
    const again = await runStageForTest(audioFeaturesStage, place.scope, { audio }, { seed: 2, threads: 1 });
    expect(again.cached).toBe(false);
    expect(again.outputs['audioFeatures']!.digest).toBe(first.digest);
    expect(first.array.shape[0]).toBe(1000);
    const steps = events.flatMap((e) => (e.type === 'progress' ? [e.progress.done] : []));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.slice(0, 2)).toEqual([350, 650]);
    expect(steps.at(-1)).toBe(1000);
    expect(first.result.report.preview?.files).toHaveProperty(['features.png']);
  });

  it('warns about silence and continues', async () => {
    const wav = file('silence.wav');
    await writeWav(wav, new Float32Array(32000), 16000);
    const { result, array } = await features(wav);
    expect(result.report.findings.map((f) => [f.level, f.code])).toEqual([['warning', 'silent-audio']]);
    expect(array.data.every(Number.isFinite)).toBe(true);
  });

  it('refuses files without audio', async () => {
    await writeFile(file('text.wav'), 'this is not sound');
    await expect(features(file('text.wav'))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    await writeFile(file('empty.wav'), '');
    await expect(features(file('empty.wav'))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    await writeWav(file('blink.wav'), voice(0.01), 16000);
    await expect(features(file('blink.wav'))).rejects.toMatchObject({ code: 'INPUT_TOO_SHORT' });
    await run(programPath('ffmpeg'), [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x64:duration=1',
      file('mute.mp4'),
    ]);
    await expect(features(file('mute.mp4'))).rejects.toMatchObject({ code: 'INPUT_NO_AUDIO' });
  });

  it('refuses an unknown extractor and names the known ones', async () => {
    const audio = await place.scope.importFile('speech', 'source', file('voice.wav'));
    await expect(
      runStageForTest(audioFeaturesStage, place.scope, { audio }, { params: { extractor: 'hubert' } }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('whisper-base-layer2') });
  });

  it('stops on abort', async () => {
    await writeWav(file('other.wav'), voice(30), 16000);
    const stop = new AbortController();
    const running = features(file('other.wav'), (event) => event.type === 'progress' && stop.abort(), stop.signal);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
