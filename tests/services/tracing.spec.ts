// One trace per piece of work: API request, workflow, activities, stage and phases, each span below its parent,
// over real processes, real Temporal and an OTLP receiver. Stages do no work.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, openClient, uploadFile, type ApiClient } from '@portrait/api-client';
import { servicePrograms, startSystem, type LocalSystem } from '@portrait/cli';
import { readServiceSettings } from '@portrait/config';
import { batchWorkflowId, PORTRAIT_GRAPH, portraitWorkflowId, videoWorkflowId } from '@portrait/contracts';
import { connectClient } from '@portrait/service-kit';
import { otlpReceiver, temporaryDirectory, type OtlpReceiver, type ReceivedSpan } from '@portrait/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { notSupported } from './system.testing.js';

const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(1000, 7)]);
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');
const NAME = 'Anna Unmistakable';
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const bytesOf = (file: Buffer) => ({
  size: file.length,
  slice: async (start: number, end: number) => new Uint8Array(file.subarray(start, end)),
});
const fixtures = import.meta.dirname.endsWith(join('dist', 'services'))
  ? import.meta.dirname
  : join(import.meta.dirname, '../dist/services');

const title = notSupported === null ? 'traces' : `traces (not supported, because ${notSupported})`;
(notSupported === null ? describe : describe.skip)(title, () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let receiver: OtlpReceiver;
  let system: LocalSystem;
  let client: ApiClient;
  let key: string;
  let person: string;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    receiver = await otlpReceiver();
    const programs = servicePrograms().filter(({ name }) => ['orchestrator', 'api'].includes(name));
    system = await startSystem({
      directory: join(folder.path, 'system'),
      log,
      apiPort: await freePort(),
      programs: [...programs, { name: 'fixture', main: join(fixtures, 'fixture-services.js'), role: 'stage' }],
      env: {
        FIXTURE_COUNTS: '',
        FIXTURE_EXTRACTOR: 'moonshine-tiny-layer3',
        PORTRAIT_SLOTS: '2',
        PORTRAIT_DRAIN_SECONDS: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=spec',
      },
    });
    key = (await readFile(join(folder.path, 'system/admin-key'), 'utf8')).trim();
    client = openClient({ url: system.apiUrl, key });
    const consent = await answer(
      client.POST('/v1/consents', { body: { grantedBy: NAME, subject: NAME, date: '2026-01-31', purpose: 'Course' } }),
    );
    const upload = await uploadFile(client, bytesOf(MP4), { kind: 'video', contentType: 'video/mp4' });
    person = (
      await answer(
        client.POST('/v1/people', { body: { name: NAME, consentId: consent.id, video: { uploadId: upload.id } } }),
      )
    ).id;
    while ((await answer(client.GET('/v1/people/{id}', { params: { path: { id: person } } }))).status !== 'ready')
      await sleep(100);
  });
  afterAll(async () => {
    await system?.stop();
    await receiver[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** All spans of the trace in which this workflow ran, once it has ended. */
  async function traceOf(workflowId: string): Promise<ReceivedSpan[]> {
    const run = (span: ReceivedSpan): boolean =>
      span.name.startsWith('RunWorkflow:') && span.attributes['temporal.workflow_id'] === workflowId;
    await receiver.until((spans) => spans.some(run));
    const { traceId } = receiver.spans.find(run)!;
    // Processes send every two seconds: complete once no span lacks its parent, nor an activity its child.
    const complete = ({ name, spanId, parentId }: ReceivedSpan, _: number, all: ReceivedSpan[]): boolean =>
      (parentId === null || all.some((other) => other.spanId === parentId)) &&
      (!name.startsWith('StartActivity:') || all.some((other) => other.parentId === spanId));
    await receiver.until((spans) => spans.filter((span) => span.traceId === traceId).every(complete));
    return receiver.spans.filter((span) => span.traceId === traceId);
  }

  /** Names from the first span of the trace down to this one. */
  function pathTo(spans: ReceivedSpan[], span: ReceivedSpan): string[] {
    const parent = spans.find(({ spanId }) => spanId === span.parentId);
    return [...(parent === undefined ? [] : pathTo(spans, parent)), `${span.service}: ${span.name}`];
  }

  it('lead from the request that asked for a portrait to every phase of every stage', async () => {
    const spans = await traceOf(portraitWorkflowId(person));
    expect(spans.filter(({ parentId }) => parentId === null).map(({ name }) => name)).toEqual(['POST /v1/people']);
    const stages = spans.filter(({ name }) => name.startsWith('stage '));
    expect(new Set(stages.map(({ attributes }) => attributes['portrait.stage']))).toEqual(
      new Set(Object.values(PORTRAIT_GRAPH).map((node) => node.stage)),
    );
    for (const stage of stages) {
      expect(pathTo(spans, stage)).toEqual([
        'api: POST /v1/people',
        'api: StartWorkflow:buildPortrait',
        'orchestrator: RunWorkflow:buildPortrait',
        'orchestrator: StartActivity:runStage',
        'fixture: RunActivity:runStage',
        `fixture: ${stage.name}`,
      ]);
      expect(stage).toMatchObject({
        failed: false,
        attributes: {
          'portrait.person': person,
          'portrait.attempt': 1,
          'portrait.cached': false,
          'portrait.core_seconds': expect.any(Number),
          'portrait.artifact_bytes': expect.any(Number),
        },
      });
      const below = spans.filter(({ parentId }) => parentId === stage.spanId).map(({ name }) => name);
      expect(below).toEqual(
        expect.arrayContaining([
          'prepare',
          expect.stringMatching(/^steps 0–\d+$/),
          'finish',
          expect.stringMatching(/^store write /),
        ]),
      );
      expect(below.length).toBeLessThan(30);
    }
  });

  it('lead from the request that asked for a video to its parts and their join', async () => {
    const speech = await uploadFile(client, bytesOf(WAV), {
      kind: 'audio',
      personId: person,
      contentType: 'audio/wav',
    });
    const { id } = await answer(
      client.POST('/v1/videos', { body: { personId: person, audio: { uploadId: speech.id }, shards: 2 } }),
    );
    const spans = await traceOf(videoWorkflowId(id));
    expect(spans.filter(({ parentId }) => parentId === null).map(({ name }) => name)).toEqual(['POST /v1/videos']);
    expect(
      spans
        .map(({ name }) => name)
        .filter((name) => name.startsWith('stage '))
        .sort(),
    ).toEqual(['stage audio-features', 'stage join', 'stage render', 'stage render']);
  });

  it('are one a video in a batch, so that a night of videos can be looked at', async () => {
    const items = [1, 2, 3].map((seed) => ({ id: `item ${seed}`, personId: person, audio: 'recorded' as const, seed }));
    const { id } = await answer(client.POST('/v1/batches', { body: { items, concurrency: 2 } }));
    const batch = await traceOf(batchWorkflowId(id));
    expect(batch.filter(({ name }) => name === 'StartChildWorkflow:renderVideo')).toHaveLength(3);
    expect(batch.filter(({ name }) => name.startsWith('stage '))).toEqual([]);
    const { data: made } = await answer(client.GET('/v1/batches/{id}/items', { params: { path: { id } } }));
    const videos = await Promise.all(made.map(({ videoId }) => traceOf(videoWorkflowId(videoId))));
    expect(new Set(videos.map(([first]) => first!.traceId)).size).toBe(3);
    for (const spans of videos)
      expect(
        spans
          .filter(({ name }) => name.startsWith('stage '))
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['stage audio-features', 'stage render']);
  });

  it('tell no name, no secret and nothing that was sent', async () => {
    await traceOf(portraitWorkflowId(person));
    const sent = receiver.bodies.join();
    for (const secret of [NAME, key, system.env['PORTRAIT_S3_SECRET_KEY']!, 'Course'])
      expect(sent).not.toContain(secret);
    expect(sent).not.toMatch(/exception|stacktrace/);
  });

  it('can be switched off while workflows run: what ran with them replays without', async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
    const temporal = await connectClient(readServiceSettings(system.env).temporal);
    // What the orchestrator ran: the built code.
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: join(fixtures, '../../../workflows/dist/index.js'),
      logger: new DefaultLogger('ERROR'),
    });
    for await (const { workflowId, runId } of temporal.workflow.list()) {
      const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    }
    await temporal.connection.close();
  });

  it('stand beside metrics of the API and of the workers of Temporal, one address a process', async () => {
    const metricsOf = async (name: string): Promise<string> =>
      (await fetch(`${system.services.find((service) => service.name === name)!.health}/metrics`)).text();
    expect(await metricsOf('api')).toMatch(
      /portrait_http_request_seconds_count\{[^}]*method="POST",route="\/v1\/people",status="2xx"[^}]*\} 1\n/,
    );
    expect(await metricsOf('orchestrator')).toMatch(
      /temporal_workflow_task_schedule_to_start_latency_seconds_count\{[^}]*task_queue="workflows"[^}]*\} [1-9]/,
    );
    const stages = await metricsOf('fixture');
    expect(stages).toMatch(
      /temporal_activity_schedule_to_start_latency_seconds_count\{[^}]*task_queue="landmarks"[^}]*\} 1\n/,
    );
    expect(stages).toMatch(/temporal_worker_task_slots_available\{[^}]*task_queue="landmarks"[^}]*\} 2\n/);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
