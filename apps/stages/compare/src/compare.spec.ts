// A clip compared with itself is perfect; with its frames in another order its mouth does not follow, though every
// picture is a true one.
import { beforeAll, expect, it, jest } from '@jest/globals';
import { clipJsonSchema, type ArtifactRef } from '@portrait/contracts';
import { detectLandmarks } from '@portrait/face';
import { openVideoWriter, readFrames, writeNpz } from '@portrait/media';
import { openings } from '@portrait/nerf';
import { openTestScope, runStageForTest } from '@portrait/stage-kit';
import { describeWithData, makeTestClip, sharedData, storeForTests } from '@portrait/testing';
import { compareStage, comparisonSchema, type Comparison } from './run.js';

jest.setTimeout(300_000); // The landmark model looks at every frame; a busy machine is slow.

const VIDEO = 'video/cnn2_25fps.mp4';
const FRAMES = 40;
const SIZE = 128;
const TRAINED = 30;

describeWithData('compare', [VIDEO], () => {
  const place = storeForTests(openTestScope);
  let clip: ArtifactRef<'clip'>;
  let landmarks: ArtifactRef<'landmarks'>;
  const pictures: Uint8Array[] = [];

  beforeAll(async () => {
    clip = await makeTestClip(place.scope, sharedData(VIDEO), { frames: FRAMES, start: 10, size: SIZE });
    for await (const frame of readFrames(await place.scope.path(clip, 'video.mkv'), { pixelFormat: 'rgba' }))
      pictures.push(frame);
    const faces = [];
    for await (const [face] of detectLandmarks(
      (async function* () {
        yield* pictures;
      })(),
      { width: SIZE, height: SIZE },
    ))
      faces.push(face!);
    const flat = (rows: ArrayLike<number>[]): Float32Array =>
      Float32Array.from(rows.flatMap((row) => [...Array.from(row)]));
    const float = (data: Float32Array, shape: number[]) => ({ dtype: 'float32' as const, data, shape });
    const draft = await place.scope.create('landmarks');
    await writeNpz(draft.path('landmarks.npz'), {
      points: float(flat(faces.map(({ points }) => points)), [FRAMES, 478, 3]),
      blendshapes: float(flat(faces.map(({ blendshapes }) => blendshapes)), [FRAMES, 52]),
      found: { dtype: 'uint8', data: new Uint8Array(FRAMES).fill(1), shape: [FRAMES] },
      mouthOpening: float(Float32Array.from(openings(faces.map(({ points }) => points)).map((value) => value ?? 0)), [
        FRAMES,
      ]),
      eyeOpenness: float(new Float32Array(FRAMES).fill(1), [FRAMES]),
      lipsRect: { dtype: 'int32', data: new Int32Array(FRAMES * 4), shape: [FRAMES, 4] },
    });
    await draft.writeJson('landmarks.json', {});
    landmarks = await draft.commit();
  });

  async function compare(
    order: (frame: number) => number,
    audio = clip.files['audio.wav']!.sha256,
  ): Promise<Comparison> {
    const { size } = await place.scope.readJson(clip, 'clip.json', clipJsonSchema);
    const video = await place.scope.create('video');
    const writer = await openVideoWriter(video.path('video.mp4'), {
      width: size,
      height: size,
      fps: 25,
      pixelFormat: 'rgba',
      encoding: 'h264',
    });
    for (let frame = 0; frame < FRAMES; frame++) await writer.write(pictures[order(frame)]!);
    await writer.close();
    await video.writeJson('video.json', {
      file: 'video.mp4',
      size,
      frames: FRAMES,
      speechStartSeconds: 0,
      provenance: { audio },
    });
    const head = await place.scope.create('head');
    await head.writeJson('head.json', { trainFrames: TRAINED });
    await head.write('head.safetensors', 'unread');
    const { outputs } = await runStageForTest(
      compareStage,
      place.scope,
      { video: await video.commit(), clip, landmarks, head: await head.commit() },
      {},
    );
    return place.scope.readJson(outputs['comparison']!, 'comparison.json', comparisonSchema);
  }

  it('finds the clip equal to itself, as far as the encoder lets it', async () => {
    const { all, heldOut } = await compare((frame) => frame);
    expect(all).toMatchObject({ frames: FRAMES, faceFound: 1 });
    expect(heldOut!.frames).toBe(FRAMES - TRAINED);
    // Limits between what was measured here (35.7 dB, .96, 0.39 px) and for the wrong order below (28.2 dB, .24, 1.5
    // px).
    expect(all.psnrFace).toBeGreaterThan(32);
    expect(all.mouthCorrelation).toBeGreaterThan(0.6);
    expect(all.lmd).toBeLessThan(1);
  });

  it('sees a mouth that says something else', async () => {
    const { all } = await compare((frame) => (frame * 7) % FRAMES);
    expect(all.mouthCorrelation).toBeLessThan(0.6);
    expect(all.psnrFace).toBeLessThan(32);
    expect(all.lmd).toBeGreaterThan(1);
  });

  it('refuses a video with another sound', async () => {
    await expect(compare((frame) => frame, 'f'.repeat(64))).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('does not say what the clip says'),
    });
  });
});
