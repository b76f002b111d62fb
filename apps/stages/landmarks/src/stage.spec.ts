import { expect, it, jest } from '@jest/globals';
import { landmarksJsonSchema } from '@portrait/contracts';
import { readNpz } from '@portrait/media';
import { openTestScope, runStageForTest, type StageEvent } from '@portrait/stage-kit';
import { describeWithData, makeTestClip, sharedData, storeForTests } from '@portrait/testing';
import { landmarksStage } from './run.js';

jest.setTimeout(300_000);
const VIDEO = 'video/cnn2_25fps.mp4';
const blank = (first: number, last: number): string[] => [
  `drawbox=w=iw:h=ih:t=fill:c=gray:enable='between(n,${first},${last})'`,
];

describeWithData('landmarks', [VIDEO], () => {
  const place = storeForTests(openTestScope);

  it('writes one row per frame, blinks included, and lists a frame without a face', async () => {
    // Frames 85–105 hold a blink of about 0.2 s.
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), { start: 80, frames: 30, filters: blank(3, 3) });
    const events: StageEvent[] = [];
    const { outputs, report } = await runStageForTest(
      landmarksStage,
      place.scope,
      { clip },
      { onEvent: (e) => events.push(e) },
    );
    const ref = outputs['landmarks']!;
    const arrays = await readNpz(await place.scope.path(ref, 'landmarks.npz'));
    expect(arrays['points']!.shape).toEqual([30, 478, 3]);
    expect(arrays['blendshapes']!.shape).toEqual([30, 52]);
    expect(arrays['faceRect']).toMatchObject({ shape: [30, 4], dtype: 'int32' });
    expect([...arrays['found']!.data]).toEqual(Array.from({ length: 30 }, (_, f) => (f === 3 ? 0 : 1)));
    expect(await place.scope.readJson(ref, 'landmarks.json', landmarksJsonSchema)).toMatchObject({
      size: 256,
      frames: 30,
      missing: [3],
    });
    expect(report.findings).toEqual([
      expect.objectContaining({ level: 'warning', code: 'face-missing', at: { frame: 3, second: 0.12 } }),
    ]);

    const eyes = [...arrays['eyeOpenness']!.data];
    expect(Math.min(...eyes)).toBeLessThan(0.4);
    expect(Math.max(...eyes)).toBeGreaterThan(0.9);
    const nose = (frame: number): number => arrays['points']!.data[frame * 478 * 3 + 3]!;
    expect(nose(3)).toBeCloseTo((nose(2) + nose(4)) / 2, 3);
    for (const frame of [0, 29]) {
      const [top, left, bottom, right] = [...arrays['lipsRect']!.data.subarray(frame * 4, frame * 4 + 4)] as [
        number,
        number,
        number,
        number,
      ];
      expect(bottom - top).toBe(right - left);
      expect(bottom - top).toBeGreaterThanOrEqual(32);
    }
    const done = events.flatMap((e) => (e.type === 'progress' ? [e.progress.done] : []));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(30);
    expect(Object.keys(report.preview!.files).sort()).toEqual(['eyes-and-mouth.png', 'landmarks.jpg']);

    const alone = await runStageForTest(landmarksStage, place.scope, { clip }, { threads: 1, seed: 2 });
    expect(alone.outputs['landmarks']!.digest).toBe(ref.digest);
  });

  it('refuses a gap that is too long and names its frames', async () => {
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), { frames: 12, filters: blank(4, 9) });
    await expect(
      runStageForTest(landmarksStage, place.scope, { clip }, { params: { maximumGapSeconds: 0.2 } }),
    ).rejects.toMatchObject({
      code: 'FACE_NOT_FOUND',
      message: expect.stringContaining('frames 4–9'),
      at: expect.objectContaining({ frame: 4 }),
    });
  });

  it('rejects an unknown parameter', async () => {
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), { frames: 2 });
    await expect(
      runStageForTest(landmarksStage, place.scope, { clip }, { params: { maximumGap: 3 } }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
