import { expect, it, jest } from '@jest/globals';
import { labelsJsonSchema } from '@portrait/contracts';
import { LABEL } from '@portrait/face';
import { readFrames, readImage } from '@portrait/media';
import { openTestScope, runStageForTest, type StageEvent } from '@portrait/stage-kit';
import { collectFrames, describeWithData, makeTestClip, sharedData, storeForTests } from '@portrait/testing';
import { semanticParsingStage } from './run.js';

jest.setTimeout(300_000);
const VIDEO = 'video/cnn2_25fps.mp4';
const SIZE = 256;

describeWithData('semantic-parsing', [VIDEO], () => {
  const place = storeForTests(openTestScope);

  it('labels a newsreader in a dark suit and reconstructs the background', async () => {
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), { frames: 22, size: SIZE });
    const events: StageEvent[] = [];
    const { outputs, report } = await runStageForTest(
      semanticParsingStage,
      place.scope,
      { clip },
      { onEvent: (e) => events.push(e) },
    );
    expect(await place.scope.readJson(outputs['labels']!, 'labels.json', labelsJsonSchema)).toEqual({
      size: SIZE,
      frames: 22,
      classes: ['background', 'head', 'neck', 'torso'],
    });
    const maps = await collectFrames(
      readFrames(await place.scope.path(outputs['labels']!, 'labels.mkv'), { pixelFormat: 'gray' }),
    );
    expect(maps).toHaveLength(22);
    // Read off the first frame by eye.
    const expected = [
      [128, 40, LABEL.head],
      [128, 130, LABEL.head],
      [140, 219, LABEL.neck],
      [40, 245, LABEL.torso],
      [250, 250, LABEL.torso],
      [2, 254, LABEL.torso],
      [20, 100, LABEL.background],
      [250, 20, LABEL.background],
    ] as const;
    for (const map of [maps[0]!, maps[11]!])
      for (const [x, y, label] of expected) expect([x, y, map[y * SIZE + x]]).toEqual([x, y, label]);
    expect(maps.every((map) => map.every((l) => l <= LABEL.torso))).toBe(true);

    const plate = await readImage(await place.scope.path(outputs['background']!, 'background.png'));
    expect([plate.width, plate.height]).toEqual([SIZE, SIZE]);
    // The blue studio wall everywhere, also behind him: no skin, no suit.
    for (const [x, y] of [
      [128, 40],
      [128, 130],
      [128, 219],
      [40, 245],
      [220, 200],
    ] as const) {
      const [r, g, b] = plate.data.subarray(
        (y * SIZE + x) * plate.channels,
        (y * SIZE + x) * plate.channels + 3,
      ) as unknown as [number, number, number];
      expect(b - r).toBeGreaterThan(100);
      expect(b).toBeGreaterThan(g);
    }
    const done = events.flatMap((e) => (e.type === 'progress' ? [e.progress.done] : []));
    expect(done.at(-1)).toBe(22);
    expect(report.findings).toEqual([]);
    expect(report.metrics['torsoPercent']).toBeGreaterThan(15);

    const alone = await runStageForTest(semanticParsingStage, place.scope, { clip }, { threads: 1, seed: 2 });
    expect([alone.outputs['labels']!.digest, alone.outputs['background']!.digest]).toEqual([
      outputs['labels']!.digest,
      outputs['background']!.digest,
    ]);
  });

  it('refuses a clip without a head', async () => {
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), {
      frames: 6,
      size: 64,
      filters: ['drawbox=w=iw:h=ih:t=fill:c=gray'],
    });
    await expect(runStageForTest(semanticParsingStage, place.scope, { clip })).rejects.toMatchObject({
      code: 'FACE_NOT_FOUND',
      at: expect.objectContaining({ frame: 0 }),
    });
  });

  it('stops on abort', async () => {
    const clip = await makeTestClip(place.scope, sharedData(VIDEO), { frames: 12, size: 128 });
    const stop = new AbortController();
    const running = runStageForTest(
      semanticParsingStage,
      place.scope,
      { clip },
      {
        signal: stop.signal,
        seed: 3,
        onEvent: (e) => void (e.type === 'progress' && e.progress.done > 0 && stop.abort()),
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
