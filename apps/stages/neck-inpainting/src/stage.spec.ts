// The stage on synthetic frames: files, backend independence, previews, errors. The README names the real footage
// checked.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRecord, ArtifactRef, StageProgress } from '@portrait/contracts';
import { encodePng, openVideoWriter, readFrames } from '@portrait/media';
import { openTestScope, runStageForTest } from '@portrait/stage-kit';
import { storeForTests } from '@portrait/testing';
import { neckInpaintingStage } from './index.js';
import { makeBust } from './synthetic-bust.testing.js';

const SIZE = 128,
  FRAMES = 24;

describe('neck-inpainting stage', () => {
  const place = storeForTests(openTestScope);
  let inputs: ArtifactRecord & {
    clip: ArtifactRef<'clip'>;
    labels: ArtifactRef<'labels'>;
    background: ArtifactRef<'background'>;
  };

  async function storeVideo(
    kind: 'clip' | 'labels',
    name: string,
    pixelFormat: 'rgb24' | 'gray',
    frame: (t: number) => Uint8Array,
    count: number,
    extra: Record<string, unknown>,
  ): Promise<ArtifactRef> {
    const draft = await place.scope.create(kind);
    const writer = await openVideoWriter(draft.path(name), {
      width: SIZE,
      height: SIZE,
      fps: 25,
      pixelFormat,
      encoding: 'ffv1',
    });
    for (let t = 0; t < count; t++) await writer.write(frame(t));
    await writer.close();
    for (const [file, value] of Object.entries(extra)) await draft.writeJson(file, value);
    if (kind === 'clip') await draft.write('audio.wav', new Uint8Array(0));
    return draft.commit();
  }
  /** The head nods over the neck in the middle of the clip. */
  const bust = (t: number): ReturnType<typeof makeBust> => makeBust(SIZE, t >= 8 && t < 16 ? 12 : 0);
  const labelsOf = (t: number): Uint8Array => Uint8Array.from(bust(t).labels);
  const clipJson = {
    size: SIZE,
    fps: 25,
    frames: FRAMES,
    sampleRate: 16000,
    samples: FRAMES * 640,
    source: {
      sha256: '',
      container: '',
      videoCodec: '',
      audioCodec: '',
      width: SIZE,
      height: SIZE,
      fps: 25,
      seconds: 1,
      rotation: 0,
    },
    crop: { left: 0, top: 0, size: SIZE },
    cuts: [],
    avOffsetSeconds: null,
    avOffsetCorrected: false,
    findings: [],
  };

  beforeAll(async () => {
    const plate = await place.scope.create('background');
    await plate.write(
      'background.png',
      await encodePng({ width: SIZE, height: SIZE, channels: 3, data: new Uint8Array(SIZE * SIZE * 3).fill(60) }),
    );
    inputs = {
      clip: (await storeVideo(
        'clip',
        'video.mkv',
        'rgb24',
        (t) => Uint8Array.from([...bust(t).picture].flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255])),
        FRAMES,
        { 'clip.json': clipJson },
      )) as ArtifactRef<'clip'>,
      labels: (await storeVideo('labels', 'labels.mkv', 'gray', labelsOf, FRAMES, {
        'labels.json': {},
      })) as ArtifactRef<'labels'>,
      background: (await plate.commit()) as ArtifactRef<'background'>,
    };
  }, 120_000);

  it('writes an RGBA frame per frame, opaque or empty, with neck under the head', async () => {
    const seen: StageProgress[] = [];
    const { outputs, report } = await runStageForTest(neckInpaintingStage, place.scope, inputs, {
      onEvent: (e) => {
        if (e.type === 'progress') seen.push(e.progress);
      },
    });
    const path = await place.scope.path(outputs['torsoLayer']!, 'torso.mkv');
    let frames = 0;
    for await (const rgba of readFrames(path, { pixelFormat: 'rgba' })) {
      const { labels } = bust(frames++);
      for (let i = 0; i < SIZE * SIZE; i++) {
        const alpha = rgba[i * 4 + 3]!;
        if (alpha !== 255 && alpha + rgba[i * 4]! + rgba[i * 4 + 1]! + rgba[i * 4 + 2]! > 0)
          throw new Error(`neither opaque nor empty in frame ${frames - 1}`);
        if (labels[i] === 0 && alpha) throw new Error(`background painted in frame ${frames - 1}`);
      }
      // Well under the chin, in the middle of the neck, nodding or not.
      const under = (86 * SIZE + 64) * 4;
      expect(rgba[under + 3]).toBe(255);
      expect(rgba[under]! - rgba[under + 2]!).toBeGreaterThan(20); // skin, not shirt
    }
    expect(frames).toBe(FRAMES);
    expect(seen.at(-1)).toMatchObject({ done: FRAMES, total: FRAMES });
    expect(seen.every((p, k) => k === 0 || p.done >= seen[k - 1]!.done)).toBe(true);
    expect(report.findings).toEqual([]);
    expect(Object.keys(report.preview!.files)).toEqual(['torso-over-plate.jpg']);
  }, 120_000);

  it('writes the same artifact on every backend', async () => {
    const digests = new Set<string>();
    for (const backend of ['plain', 'cpu', 'webasm'])
      digests.add(
        (await runStageForTest(neckInpaintingStage, place.scope, inputs, { params: { backend } })).outputs[
          'torsoLayer'
        ]!.digest,
      );
    expect(digests.size).toBe(1);
  }, 120_000);

  it('refuses labels of another clip', async () => {
    const labels = await storeVideo('labels', 'labels.mkv', 'gray', labelsOf, 10, { 'labels.json': {} });
    await expect(runStageForTest(neckInpaintingStage, place.scope, { ...inputs, labels })).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
    });
  }, 120_000);

  it('warns about frames without a neck and without a torso', async () => {
    const labels = await storeVideo(
      'labels',
      'labels.mkv',
      'gray',
      (t) => labelsOf(t).map((l) => (t < 20 && l === 2 ? 3 : t >= 20 && l > 1 ? 0 : l === 2 ? 3 : l)),
      FRAMES,
      { 'labels.json': {} },
    );
    const { report } = await runStageForTest(neckInpaintingStage, place.scope, { ...inputs, labels });
    expect(report.findings.map((f) => [f.code, f.level, f.at?.frame])).toEqual([
      ['neck-hidden', 'warning', 0],
      ['torso-missing', 'warning', 20],
    ]);
  }, 120_000);

  it('stops on abort', async () => {
    const controller = new AbortController();
    const run = runStageForTest(neckInpaintingStage, place.scope, inputs, {
      seed: 9,
      signal: controller.signal,
      onEvent: (e) => {
        if (e.type === 'progress' && e.progress.done > 2) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  }, 120_000);
});
