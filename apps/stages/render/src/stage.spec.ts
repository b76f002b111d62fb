import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { ArtifactRecord, PortraitError } from '@portrait/contracts';
import { encodeWav, probeMedia, readAudio, readFrames } from '@portrait/media';
import { openTestScope, recordNames, runStageForTest, type StageEvent, type TestRun } from '@portrait/stage-kit';
import { collectFrames, lagOf, temporaryDirectory } from '@portrait/testing';
import type { FrameRequest } from './frame-renderer.js';
import {
  chirp,
  drawingRenderer,
  features,
  laterParts,
  madeUpPortrait,
  SAMPLE_RATE,
  SIZE,
  type RendererLog,
} from './made-up-portrait.testing.js';
import { renderStageWith } from './run.js';

type Scope = Awaited<ReturnType<typeof openTestScope>>;
const SECONDS = 3.1;
const FRAMES = 78;

function stageWith(before?: (request: FrameRequest) => Promise<void> | void) {
  const log: RendererLog = { requests: [], closed: 0 };
  return { log, stage: renderStageWith(() => Promise.resolve(drawingRenderer(log, before))) };
}

async function renderOnce(
  scope: Scope,
  inputs: ArtifactRecord,
  options: TestRun = {},
  before?: (request: FrameRequest) => Promise<void> | void,
) {
  const { log, stage } = stageWith(before);
  const result = await runStageForTest(stage, scope, inputs, options);
  const video = result.outputs['video']!;
  const name = Object.keys(video.files).find((file) => file !== 'video.json')!;
  return {
    log,
    result,
    video,
    path: await scope.path(video, name),
    json: await scope.readJson<Record<string, unknown>>(video, 'video.json'),
  };
}

const decode = (path: string): Promise<Buffer[]> =>
  collectFrames(readFrames(path, { pixelFormat: 'rgb24', width: SIZE, height: SIZE }));

describe('render stage', () => {
  it('makes as many frames as the sound needs, with the sound in sync to the sample', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const { path, log, json } = await renderOnce(scope, await madeUpPortrait(scope, SECONDS), {
      params: { segmentFrames: 25 },
    });
    expect(await decode(path)).toHaveLength(FRAMES);
    expect(log.requests.map((r) => r.speechFrame)).toEqual(Array.from({ length: FRAMES }, (_, i) => i));
    expect(log.closed).toBe(1);
    expect(json).toMatchObject({ frames: FRAMES, total: FRAMES, first: 0, end: FRAMES, transparent: false });
    const heard = await readAudio(path, { sampleRate: SAMPLE_RATE });
    expect(lagOf(heard, chirp(SECONDS))).toBe(0);
    const { video, audio } = await probeMedia(path);
    expect(video!.startSeconds).toBe(0);
    // One AAC packet is 1024 samples; players stop at the longer of the two.
    expect(Math.abs(audio!.seconds! - FRAMES / 25)).toBeLessThan(1024 / 48000);
  });

  it('gives the same bytes for the same seed', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const other = await openTestScope(`${folder.path}/other`);
    const params = { eyes: 'blinks', blinkSeconds: 1 };
    const one = await renderOnce(scope, await madeUpPortrait(scope, 1.6), { params, seed: 5 });
    const two = await renderOnce(other, await madeUpPortrait(other, 1.6), { params, seed: 5 });
    const three = await renderOnce(other, await madeUpPortrait(other, 1.6), { params, seed: 6 });
    expect(two.video.digest).toBe(one.video.digest);
    expect(three.video.digest).not.toBe(one.video.digest);
  });

  it('renders any range as the same frames of the whole', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, SECONDS);
    const shared = { eyes: 'blinks', blinkSeconds: 1, segmentFrames: 25, startSeconds: 0.2 };
    const whole = await renderOnce(scope, inputs, { params: shared });
    const part = await renderOnce(scope, inputs, { params: { ...shared, frameRange: [25, 60] } });
    expect(part.log.requests).toEqual(whole.log.requests.slice(25, 60));
    const wholeFrames = await decode(whole.path);
    const partFrames = await decode(part.path);
    // Pieces are cut at the same frames, so even the encoded pictures are equal; the last piece of the part is shorter.
    expect(partFrames.slice(0, 25).every((frame, k) => frame.equals(wholeFrames[25 + k]!))).toBe(true);
    expect(partFrames).toHaveLength(35);
    const heard = await readAudio(part.path, { sampleRate: SAMPLE_RATE });
    expect(lagOf(heard, chirp(SECONDS).subarray(Math.round(1.2 * SAMPLE_RATE), Math.round(2.6 * SAMPLE_RATE)))).toBe(0);
  });

  it('continues after a kill behind the last finished piece and ends with the same bytes', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, SECONDS);
    const params = { segmentFrames: 25, crf: 20 };
    const { stage } = stageWith((request) => {
      if (request.speechFrame === 60) throw new Error('killed');
    });
    await expect(runStageForTest(stage, scope, inputs, { params })).rejects.toThrow('killed');
    const resumed = await renderOnce(scope, inputs, { params });
    expect(resumed.log.requests[0]!.speechFrame).toBe(50);
    expect(resumed.result.report.resumed).toBe(true);
    const fresh = await openTestScope(`${folder.path}/fresh`);
    const uninterrupted = await renderOnce(fresh, await madeUpPortrait(fresh, SECONDS), { params });
    expect(resumed.video.digest).toBe(uninterrupted.video.digest);
  });

  it('refuses a checkpoint that is not its own', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, 1);
    let key = '';
    const broken = stageWith(() => {
      throw new Error('stop');
    });
    await expect(
      runStageForTest(broken.stage, scope, inputs, {
        onEvent: (e) => {
          if (e.type === 'start') key = e.key;
        },
      }),
    ).rejects.toThrow('stop');
    const draft = await scope.create('checkpoint');
    await draft.writeJson('render.json', { format: 99, pieces: [] });
    await scope.records.put(recordNames.checkpoint(key), await draft.commit());
    await expect(renderOnce(scope, inputs)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('stops on request as CANCELLED, closes the renderer and leaves no video', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const stop = new AbortController();
    const { log, stage } = stageWith((request) => {
      if (request.speechFrame === 10) stop.abort();
    });
    const events: StageEvent[] = [];
    await expect(
      runStageForTest(stage, scope, await madeUpPortrait(scope, SECONDS), {
        signal: stop.signal,
        onEvent: (e) => events.push(e),
      }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(log.closed).toBe(1);
    expect(events.at(-1)!.type).toBe('failed');
    expect(await scope.records.list('runs')).toEqual([]);
  });

  it.each([
    ['mov', 'prores'],
    ['webm', 'vp9'],
  ] as const)('writes a transparent %s with straight alpha', async (container, codec) => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const { path, log } = await renderOnce(scope, await madeUpPortrait(scope, 1), {
      params: { background: 'transparent', container },
    });
    expect(log.requests.every((r) => r.backdrop === null)).toBe(true);
    const { video, audio } = await probeMedia(path);
    expect(video!.codec).toBe(codec);
    expect(audio).toBeDefined();
    if (container === 'mov') {
      const alphas = new Set<number>();
      for await (const frame of readFrames(path, { pixelFormat: 'rgba', width: SIZE, height: SIZE }))
        for (let y = 8; y < 40; y += 16) for (const x of [2, 60]) alphas.add(frame[(y * SIZE + x) * 4 + 3]!);
      expect(alphas).toEqual(new Set([0, 255]));
    }
  });

  it('writes where the video comes from into the file and beside it', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const draft = await scope.create('consent');
    await draft.writeJson('consent.json', { grantedBy: 'A', subject: 'A', date: '2026-01-01', purpose: 'test' });
    const consent = await draft.commit();
    const inputs = { ...(await madeUpPortrait(scope, 1)), consent };
    const { path, json } = await renderOnce(scope, inputs, {
      params: { badge: 'off', badgeDecision: 'editor of the test, marked in the credits' },
    });
    const provenance = json['provenance'] as Record<string, unknown>;
    expect(provenance).toMatchObject({
      synthetic: true,
      consent: consent.files['consent.json']!.sha256,
      audio: inputs.speech.files['source']!.sha256,
      badge: 'off',
      badgeDecision: 'editor of the test, marked in the credits',
    });
    const bytes = await readFile(path, 'latin1');
    for (const value of [provenance['portrait'], provenance['consent'], provenance['audio'], '"synthetic":true'])
      expect(bytes).toContain(value as string);
  });

  it('starts every frame from the recorded one where the portrait allows it', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = { ...(await madeUpPortrait(scope, SECONDS)), ...(await laterParts(scope)) };
    const params = { durationSeconds: 1, startSeconds: 0.4 };
    const clip = await renderOnce(scope, inputs, { params });
    expect(clip.log.requests.map((r) => r.base)).toEqual(
      Array.from({ length: 25 }, (_, frame) => ({ frame, weight: 0 })),
    );
    const dubbed = await renderOnce(scope, inputs, { params: { ...params, pose: 'recorded' } });
    expect(dubbed.log.requests.map((r) => r.base!.frame)).toEqual(Array.from({ length: 25 }, (_, k) => 10 + k));
    const free = await renderOnce(scope, inputs, { params: { ...params, base: 'free' } });
    expect(free.log.requests.every((r) => r.base === null && r.backdrop !== null)).toBe(true);
  });

  it('composes a portrait of an earlier version freely and says so', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const { log, result } = await renderOnce(scope, await madeUpPortrait(scope, SECONDS), {
      params: { durationSeconds: 1 },
    });
    expect(log.requests.every((r) => r.base === null)).toBe(true);
    expect(result.report.findings.map((finding) => finding.code)).toContain('no-footage');
  });

  it('brings the mouth to rest in a pause of the speech, and not when told otherwise', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const sound = chirp(SECONDS).map((v, k) => (k > 1 * SAMPLE_RATE && k < 2 * SAMPLE_RATE ? 0 : v));
    const draft = await scope.create('speech');
    await draft.write('source', encodeWav(sound, SAMPLE_RATE));
    const inputs = {
      ...(await madeUpPortrait(scope, SECONDS)),
      ...(await laterParts(scope)),
      speech: await draft.commit(),
    };
    const params = { base: 'free' };
    const rests = (await renderOnce(scope, inputs, { params })).log.requests.map((r) => r.rest);
    expect(rests[20]).toBe(0);
    expect(rests[38]).toBe(1);
    expect(rests[55]).toBe(0);
    const heard = await renderOnce(scope, inputs, { params: { ...params, pauses: 'as-heard' } });
    expect(heard.log.requests.every((r) => r.rest === 0)).toBe(true);
  });

  it('shows the badge unless a decision says otherwise', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, 1);
    const marked = (await decode((await renderOnce(scope, inputs)).path))[5]!;
    const plain = (
      await decode(
        (await renderOnce(scope, inputs, { params: { badge: 'off', badgeDecision: 'decided by the test' } })).path,
      )
    )[5]!;
    const brightness = (frame: Buffer): number =>
      Math.max(...Array.from({ length: 9 }, (_, k) => frame[((SIZE - 10 + k) * SIZE + 7) * 3]!));
    expect(brightness(marked)).toBeGreaterThan(180);
    expect(brightness(plain)).toBeLessThan(80);
  });

  it('refuses what does not belong together, by name', async () => {
    await using folder = await temporaryDirectory();
    const scope = await openTestScope(folder.path);
    const inputs = await madeUpPortrait(scope, 1);
    const failure = async (changed: ArtifactRecord, params: unknown = {}): Promise<PortraitError> =>
      renderOnce(scope, { ...inputs, ...changed }, { params }).then(
        () => {
          throw new Error('rendered');
        },
        (error: PortraitError) => error,
      );
    const other = await failure({ audioFeatures: await features(scope, 1, 'whisper-base-l2') });
    expect(other.code).toBe('INCOMPATIBLE');
    expect(other.message).toMatch(/moonshine-tiny-l3 version 1.*whisper-base-l2 version 1/s);
    const old = await scope.create('head');
    await old.write('head.safetensors', new Uint8Array(8));
    await old.writeJson('head.json', { version: 0 });
    expect(await failure({ head: await old.commit() })).toMatchObject({
      code: 'INCOMPATIBLE',
      at: { file: 'head.json' },
    });
    const missing = await failure({}, { pose: 'track', eyes: 'track', background: 'media' });
    expect(missing.message).toMatch(/poseTrack.*eyeTrack.*backgroundMedia/s);
    const all = await failure({}, { background: 'transparent', badge: 'off', frameRange: [4, 2] });
    expect(all.message).toMatch(/container.*frameRange.*badgeDecision/s);
    expect((await failure({}, { pose: 'held', heldFrame: 60 })).message).toContain('frames 0 to 59');
    expect((await failure({}, { poseSegment: 2 })).message).toContain('2 segments');
    expect((await failure({ audioFeatures: await features(scope, 5) }, { pose: 'recorded' })).message).toContain(
      '60 frames',
    );
  });
});
