// What a trace shows of a stage, over a real receiver.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { KERNEL_CALLS, PortraitError, ingestSpec, type StageContext, type StageProgress } from '@portrait/contracts';
import { inSpan, quietLogger, startTracing, type OpenTelemetry } from '@portrait/observability';
import { folderForTests, otlpReceiver, type OtlpReceiver, type ReceivedSpan } from '@portrait/testing';
import { z } from 'zod';
import { implement, openTestScope, runStage, silentLog, type RunOptions } from './index.js';
import { toApplicationFailure } from './temporal/index.js';

const folder = folderForTests();
let receiver: OtlpReceiver;
let tracing: OpenTelemetry | null;
beforeEach(async () => {
  receiver = await otlpReceiver();
  tracing = await startTracing({
    settings: { endpoint: receiver.url, headers: {}, sampler: 'always_on', ratio: 1, resource: {} },
    service: 'ingest',
    log: quietLogger,
  });
});
afterEach(async () => {
  await tracing?.end();
  await receiver[Symbol.asyncDispose]();
});

let seed = 0;

/** Runs an ingest that does this and gives a clip; what it gave, and the spans by name. */
async function trace(
  work: (ctx: StageContext) => Promise<void>,
  more: Partial<RunOptions> = {},
): Promise<{ error: unknown; spans: Map<string, ReceivedSpan>; again(): Promise<Map<string, ReceivedSpan>> }> {
  const scope = await openTestScope(folder.path);
  const source = await scope.create('source-video');
  await source.write('source', 'video');
  const definition = implement({ ...ingestSpec, params: z.strictObject({}) }, async (ctx, { video }) => {
    await ctx.artifacts.path(video, 'source');
    await ctx.artifacts.path(video, 'source');
    await work(ctx);
    const draft = await ctx.artifacts.create('clip');
    for (const file of ['video.mkv', 'audio.wav', 'clip.json']) await draft.write(file, file);
    return { clip: await draft.commit() };
  });
  const options: RunOptions = {
    definition,
    scope,
    inputs: { video: await source.commit() },
    seed: ++seed,
    threads: 1,
    signal: new AbortController().signal,
    log: silentLog,
    attempt: 2,
    ...more,
  };
  const run = async (): Promise<unknown> =>
    runStage(options).then(
      () => null,
      (error: unknown) => error,
    );
  const error = await run();
  const byName = async (): Promise<Map<string, ReceivedSpan>> => {
    await tracing!.processor.forceFlush();
    return new Map(receiver.spans.map((span) => [span.name, span]));
  };
  return {
    error,
    spans: await byName(),
    async again() {
      receiver.spans.length = 0;
      await run();
      return byName();
    },
  };
}

const frames = (ctx: StageContext, done: number, total = 100): void =>
  ctx.progress({ done, total, unit: 'frames' } satisfies StageProgress);

describe('the span of a stage', () => {
  it(
    'says whose it is, which attempt, what it cost and what it gave; nothing but that it was ' +
      'known when it runs again',
    async () => {
      const { spans, again } = await trace(async () => undefined);
      expect(spans.get('stage ingest')).toMatchObject({
        parentId: null,
        failed: false,
        attributes: {
          'portrait.person': 'test',
          'portrait.stage': 'ingest',
          'portrait.attempt': 2,
          'portrait.run': expect.stringMatching(/^[0-9a-f]{64}$/),
          'portrait.cached': false,
          'portrait.resumed': false,
          'portrait.core_seconds': expect.any(Number),
          'portrait.peak_bytes': expect.any(Number),
          'portrait.artifact_bytes': 'video.mkvaudio.wavclip.json'.length,
        },
      });
      const second = await again();
      expect([...second.keys()]).toEqual(['stage ingest']);
      expect(second.get('stage ingest')!.attributes).toMatchObject({ 'portrait.cached': true });
      expect(second.get('stage ingest')!.attributes).not.toHaveProperty(['portrait.core_seconds']);
    },
  );

  it('has ten phases of units between what comes before and after, each with its share', async () => {
    const { spans } = await trace(async (ctx) => {
      for (let done = 0; done <= 100; done++) frames(ctx, done);
    });
    const stage = spans.get('stage ingest')!;
    const phases = [...spans.values()].filter(({ name }) => /^(prepare|finish|frames)/.test(name));
    expect(phases.map(({ name }) => name)).toEqual([
      'prepare',
      ...Array.from({ length: 10 }, (_, i) => `frames ${i * 10}–${i * 10 + 10}`),
      'finish',
    ]);
    for (const { parentId, traceId } of phases) expect([parentId, traceId]).toEqual([stage.spanId, stage.traceId]);
    expect(spans.get('frames 30–40')!.attributes).toEqual({
      'portrait.unit': 'frames',
      'portrait.from': 30,
      'portrait.to': 40,
      'portrait.total': 100,
    });
  });

  it('begins where an earlier attempt ended', async () => {
    const { spans } = await trace(async (ctx) => [75, 76, 90, 100].forEach((done) => frames(ctx, done)));
    expect([...spans.keys()].filter((name) => name.startsWith('frames'))).toEqual(['frames 75–90', 'frames 90–100']);
  });

  it('is one phase where nothing is told in between', async () => {
    const { spans } = await trace(async (ctx) => frames(ctx, 100));
    expect([...spans.keys()].filter((name) => /^(prepare|whole|finish|frames)/.test(name))).toEqual(['whole']);
  });

  it('shows how far it came when it failed, and by which code', async () => {
    const { error, spans } = await trace(async (ctx) => {
      [0, 1, 12, 17].forEach((done) => frames(ctx, done));
      throw new PortraitError('FACE_NOT_FOUND', 'No face of Anna.');
    });
    expect(error).toMatchObject({ code: 'FACE_NOT_FOUND' });
    expect(spans.get('stage ingest')).toMatchObject({
      failed: true,
      attributes: { 'portrait.error_code': 'FACE_NOT_FOUND' },
    });
    expect([...spans.keys()]).toEqual(
      expect.arrayContaining(['prepare', 'frames 0–12', 'frames 12–17', 'store read source-video']),
    );
  });

  it('stays small, however often a stage counts anew', async () => {
    await trace(async (ctx) => {
      for (let total = 1; total < 5000; total++) for (const done of [0, total]) frames(ctx, done, total);
    });
    expect(receiver.spans.length).toBeLessThan(60);
  });
});

describe('a failure of an activity', () => {
  it('is told by its code on the span of the activity, be it a stage or not', async () => {
    await inSpan(
      'RunActivity:tell',
      {},
      async () => void toApplicationFailure(new PortraitError('STORE_UNREACHABLE', 'No answer from 10.0.0.1.'), 1),
    );
    await tracing!.processor.forceFlush();
    expect(receiver.spans.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['RunActivity:tell', { 'portrait.error_code': 'STORE_UNREACHABLE' }],
    ]);
  });
});

describe('calls of a stage', () => {
  it('to kernels and store are one span a name, with how many and how long', async () => {
    const { spans } = await trace(async () => {
      for (let i = 0; i < 1000; i++)
        channel(KERNEL_CALLS).publish({ kernel: 'head.render', start: 1000 * i, end: 1000 * i + 5 });
    });
    const stage = spans.get('stage ingest')!;
    expect(spans.get('kernel head.render')).toMatchObject({
      parentId: stage.spanId,
      attributes: { 'portrait.calls': 1000, 'portrait.busy_seconds': 5 },
    });
    expect(spans.get('store read source-video')).toMatchObject({
      parentId: stage.spanId,
      attributes: { 'portrait.calls': 2 },
    });
    expect(spans.get('store write clip')).toMatchObject({
      parentId: stage.spanId,
      attributes: { 'portrait.calls': 1 },
    });
  });

  it('are those of that stage, with others beside it in the process', async () => {
    const call = (kernel: string): void => channel(KERNEL_CALLS).publish({ kernel, start: 1, end: 2 });
    await Promise.all(
      ['first', 'second'].map((kernel) =>
        trace(async () => {
          for (let i = 0; i < 3; i++) {
            call(kernel);
            await sleep(1);
          }
        }),
      ),
    );
    call('of nobody');
    await tracing!.processor.forceFlush();
    const kernels = receiver.spans.filter(({ name }) => name.startsWith('kernel'));
    expect(kernels.map(({ name, attributes }) => [name, attributes['portrait.calls']]).sort()).toEqual([
      ['kernel first', 3],
      ['kernel second', 3],
    ]);
    expect(new Set(kernels.map(({ parentId }) => parentId)).size).toBe(2);
  });
});
