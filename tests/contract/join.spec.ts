import { describe, expect, it } from '@jest/globals';
import type { ArtifactRecord, ArtifactRef } from '@portrait/contracts';
import { openTestScope, runStageForTest, type StageResult } from '@portrait/stage-kit';
import { temporaryDirectory } from '@portrait/testing';
import { joinStage } from '@portrait/stage-join';
import { renderStageWith, type FrameRequest } from '@portrait/stage-render';
import { drawingRenderer, madeUpPortrait } from '../../apps/stages/render/src/made-up-portrait.testing.js';

type Scope = Awaited<ReturnType<typeof openTestScope>>;
const SECONDS = 6.1;
const FRAMES = 153;
const SEGMENT = 25;

const renderRange = async (
  scope: Scope,
  inputs: ArtifactRecord,
  frameRange: [number, number] | null,
  seed = 1,
): Promise<StageResult> =>
  runStageForTest(
    renderStageWith(() => Promise.resolve(drawingRenderer({ requests: [], closed: 0 }))),
    scope,
    inputs,
    { params: { segmentFrames: SEGMENT, frameRange }, seed },
  );

const videoOf = (result: StageResult): ArtifactRef => result.outputs['video']!;

/** Ranges of about equal length whose borders are multiples of the segment. */
function ranges(count: number): [number, number][] {
  const segments = Math.ceil(FRAMES / SEGMENT);
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * segments) / count) * SEGMENT,
    Math.min(FRAMES, Math.floor(((i + 1) * segments) / count) * SEGMENT),
  ]);
}

describe('join stage', () => {
  it.each([1, 2, 5])('makes of %i parts the very file one render of all frames makes', async (count) => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, SECONDS);
    const whole = videoOf(await renderRange(scope, inputs, null));
    const parts: ArtifactRecord = {};
    for (const [i, range] of ranges(count).entries())
      parts[`parts.${i}`] = videoOf(await renderRange(scope, inputs, range));
    const joined = videoOf(await runStageForTest(joinStage, scope, { ...parts, speech: inputs['speech'] }));
    expect(joined.files['video.mp4']).toEqual(whole.files['video.mp4']);
    expect(joined.digest).toBe(whole.digest);
  });

  it('does not keep the bit rate of a first part that is busier than the rest', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, SECONDS);
    const busy = renderStageWith(() => {
      const plain = drawingRenderer({ requests: [], closed: 0 });
      const render = async (request: FrameRequest): Promise<Uint8Array> => {
        const frame = await plain.render(request);
        return request.speechFrame < 50
          ? frame.map((value, i) => value ^ ((i * 2654435761 + request.speechFrame * 97) >>> 9))
          : frame;
      };
      return Promise.resolve({ ...plain, render });
    });
    const run = async (frameRange: [number, number] | null): Promise<ArtifactRef> =>
      videoOf(await runStageForTest(busy, scope, inputs, { params: { segmentFrames: SEGMENT, frameRange } }));
    const parts = { 'parts.0': await run([0, 50]), 'parts.1': await run([50, FRAMES]) };
    const joined = videoOf(await runStageForTest(joinStage, scope, { ...parts, speech: inputs['speech'] }));
    expect(joined.digest).toBe((await run(null)).digest);
  });

  it('refuses parts with a gap, in the wrong order, or of another render', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, SECONDS);
    const [a, b, c] = [
      videoOf(await renderRange(scope, inputs, [0, 50])),
      videoOf(await renderRange(scope, inputs, [50, 100])),
      videoOf(await renderRange(scope, inputs, [100, FRAMES])),
    ];
    const other = videoOf(await renderRange(scope, inputs, [50, 100], 2));
    const join = (...parts: ArtifactRef[]): Promise<StageResult> =>
      runStageForTest(joinStage, scope, {
        ...Object.fromEntries(parts.map((ref, i) => [`parts.${i}`, ref])),
        speech: inputs['speech'],
      });
    await expect(join(a, c)).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('parts.1 begins at frame 100'),
    });
    await expect(join(b, a)).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
    await expect(join(a, other)).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('not of the same render'),
    });
    await expect(join()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('parts') });
  });
});
