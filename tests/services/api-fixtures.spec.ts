// The API over real Temporal and MinIO, with stages that do no work: train, watch, retry, cancel, resume, render,
// erase, all through the client.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createApi,
  DEFAULT_OPTIONS,
  EventFeed,
  firstBytesOf,
  IN_MEMORY,
  KeysService,
  openDatabase,
  peopleBookkeeping,
  TemporalEngine,
  type Database,
} from '@portrait/api';
import { answer, followEvents, openClient, uploadFile, type ApiClient, type components } from '@portrait/api-client';
import {
  PORTRAIT_GRAPH,
  portraitWorkflowId,
  videoWorkflowId,
  type BuildPortraitInput,
  type ErrorCode,
  type StageName,
} from '@portrait/contracts';
import { fixtureRegistry } from '@portrait/stage-kit';
import type { Trouble } from './fixture-services.js';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

type Person = components['schemas']['Person'];

/** Two parts of an upload. */
const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(17 * 2 ** 20, 7)]);
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (file: Buffer) => ({
  size: file.length,
  slice: async (start: number, end: number) => new Uint8Array(file.subarray(start, end)),
});
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

const title = notSupported === null ? 'the API' : `the API (not supported, because ${notSupported})`;
(notSupported === null ? describe : describe.skip)(title, () => {
  let system: TestSystem;
  let database: Database;
  let engine: TemporalEngine;
  let app: Awaited<ReturnType<typeof createApi>>;
  let client: ApiClient;
  beforeAll(async () => {
    system = await startTestSystem({ slots: 2 });
    const { store } = system;
    database = await openDatabase(IN_MEMORY);
    engine = new TemporalEngine(() => Promise.resolve(system.client));
    app = await createApi({
      database,
      engine,
      store,
      eraser: store,
      log,
      fetcher: null,
      checks: {},
      registry: () => Promise.resolve(fixtureRegistry()),
      firstBytes: firstBytesOf(store),
      options: { ...DEFAULT_OPTIONS, refreshMs: 100, ratePerMinute: 1e6, heartbeatSeconds: 10 },
    });
    await app.listen(0, '127.0.0.1');
    Object.assign(
      system.bookkeeping,
      peopleBookkeeping({ database, store, eraser: store, engine, log }, () => app.get(EventFeed).notify()),
    );
    const { key } = await app.get(KeysService).createFor('studio', { name: 'of a spec', scopes: ['admin'] });
    client = openClient({ url: await app.getUrl(), key });
  });
  afterAll(async () => {
    await app?.close();
    await system?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const get = (id: string): Promise<Person> => answer(client.GET('/v1/people/{id}', { params: { path: { id } } }));
  const stageOf = ({ stages }: Person, name: StageName) => stages.find(({ stage }) => stage === name)!;

  async function until(id: string, wanted: (person: Person) => boolean): Promise<Person> {
    for (;;) {
      const person = await get(id);
      if (wanted(person)) return person;
      await sleep(100);
    }
  }

  /** @param seed names the spec in what the fixture services count */
  async function train(seed: number, troubles: Partial<Record<StageName, Trouble>> = {}): Promise<string> {
    const consent = await answer(
      client.POST('/v1/consents', {
        body: { grantedBy: `Anna ${seed}`, subject: `Anna ${seed}`, date: '2026-01-31', purpose: 'Course' },
      }),
    );
    const upload = await uploadFile(client, bytesOf(MP4), {
      kind: 'video',
      contentType: 'video/mp4',
      sha256: sha256(MP4),
    });
    const params = Object.fromEntries(Object.entries(troubles).map(([stage, trouble]) => [stage, { trouble }]));
    const body = { name: `Name ${seed}`, consentId: consent.id, video: { uploadId: upload.id }, seed, params };
    return (
      await answer(client.POST('/v1/people', { params: { header: { 'Idempotency-Key': `train-${seed}` } }, body }))
    ).id;
  }

  it('trains from an upload, tells as it goes, and renders what can then be fetched', async () => {
    const id = await train(1);
    const told: string[] = [];
    for await (const heard of followEvents(client, { personId: id }, { after: '0' })) {
      if (heard.id === null) continue;
      told.push(heard.event.type);
      // The report comes after the portrait.
      if (
        told.filter((type) => type === 'stage.done').length === Object.keys(PORTRAIT_GRAPH).length &&
        told.includes('person.ready')
      )
        break;
    }
    expect(told[0]).toBe('person.training');
    while ((await engine.describe(portraitWorkflowId(id)))!.running) await sleep(100);
    // From the rows now: nothing runs that could be asked.
    const person = await get(id);
    expect(person).toMatchObject({ status: 'ready', progress: 1, error: null });
    const ingest = stageOf(person, 'ingest');
    expect(ingest).toMatchObject({
      status: 'done',
      attempt: 1,
      cached: false,
      metrics: { quality: 0.75 },
      findings: [{ code: 'short-clip' }],
      artifacts: [{ role: 'clip', kind: 'clip' }],
    });
    const picture = await fetch(ingest.previews[0]!.link!.url);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);

    const speech = await uploadFile(client, bytesOf(WAV), { kind: 'audio', personId: id, contentType: 'audio/wav' });
    const { id: video } = await answer(
      client.POST('/v1/videos', { body: { personId: id, audio: { uploadId: speech.id }, shards: 2 } }),
    );
    const see = () => answer(client.GET('/v1/videos/{id}', { params: { path: { id: video } } }));
    let made = await see();
    for (; made.status !== 'ready'; made = await see()) await sleep(100);
    const file = made.files.find(({ name }) => name === 'video.mp4')!;
    const fetched = Buffer.from(await (await fetch(file.link!.url)).arrayBuffer());
    expect([fetched.length, sha256(fetched)]).toEqual([file.bytes, file.sha256]);
    const tampered = new URL(file.link!.url);
    tampered.searchParams.set('X-Amz-Expires', '604800');
    expect((await fetch(tampered)).status).toBe(403);
  });

  it('compares a video that re-enacts the clip with the clip, and does without where that fails', async () => {
    const id = await train(6);
    await until(id, ({ status }) => status === 'ready');
    const render = async (params: Record<string, unknown>) => {
      const { id: video } = await answer(
        client.POST('/v1/videos', { body: { personId: id, audio: 'recorded', params: { compare: params } } }),
      );
      while ((await engine.describe(videoWorkflowId(video)))?.running !== false) await sleep(100);
      return answer(client.GET('/v1/videos/{id}', { params: { path: { id: video } } }));
    };
    expect(await render({})).toMatchObject({ status: 'ready', comparison: { quality: 0.75 } });
    expect(
      await render({ trouble: { fails: { times: 99, code: 'INCOMPATIBLE', message: 'Another size.' } } }),
    ).toMatchObject({ status: 'ready', error: null, comparison: null });
  });

  it('parks with the reason, refuses what is no decision, and goes on with a changed parameter', async () => {
    const id = await train(2, {
      landmarks: { fails: { times: 99, code: 'FACE_NOT_FOUND', message: 'No face in frame 12.' } },
    });
    const parked = await until(
      id,
      (person) =>
        stageOf(person, 'landmarks').status === 'parked' && stageOf(person, 'neck-inpainting').status === 'done',
    );
    expect(parked.status).toBe('parked');
    expect(stageOf(parked, 'landmarks').error).toEqual({
      code: 'FACE_NOT_FOUND',
      message: 'No face in frame 12.',
      hint: 'Change what is wrong and retry.',
      at: { stage: 'landmarks', frame: 12 },
    });
    const retry = (stage: string, params: Record<string, unknown> = {}) =>
      answer(
        client.POST('/v1/people/{id}/stages/{stage}:retry', { params: { path: { id, stage } }, body: { params } }),
      );
    await expect(retry('ingest')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('ingest is done'),
    });
    await expect(
      answer(client.POST('/v1/people/{id}/stages/{stage}:skip', { params: { path: { id, stage: 'landmarks' } } })),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('cannot be skipped') });
    await expect(retry('landmarks', { speed: 'warp' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await retry('landmarks', { trouble: { fails: { times: 0 } }, steps: 7 });
    const done = await until(id, ({ status }) => status === 'ready');
    expect(done.params['landmarks']).toMatchObject({ steps: 7 });
    expect(stageOf(done, 'landmarks').attempt).toBe(2);
    expect(await system.count('ingest.2.runs')).toBe(1);
  });

  it('is brought through a bad parameter, a full store and a crashing worker by retries alone', async () => {
    const failing = (code: ErrorCode, message: string): Trouble => ({ fails: { times: 99, code, message } });
    const id = await train(7, {
      'face-tracking': failing('INVALID_ARGUMENT', 'maximumGap is 7; it may be 5 at most.'),
    });
    const parked = (code: string) =>
      until(id, (person) => stageOf(person, 'face-tracking').error?.code === code && person.status === 'parked');
    const retry = (trouble: Trouble) =>
      answer(
        client.POST('/v1/people/{id}/stages/{stage}:retry', {
          params: { path: { id, stage: 'face-tracking' } },
          body: { params: { trouble } },
        }),
      );
    expect((await parked('INVALID_ARGUMENT')).error).toMatchObject({
      message: 'maximumGap is 7; it may be 5 at most.',
      hint: expect.any(String),
      at: { stage: 'face-tracking' },
    });
    await retry(failing('STORE_UNWRITABLE', 'No space left on the store.'));
    expect((await parked('STORE_UNWRITABLE')).error).toMatchObject({
      message: 'No space left on the store.',
      at: { stage: 'face-tracking' },
    });
    await retry({ crashes: 2, fails: { times: 0, code: 'INTERNAL', message: '' } });
    const done = await until(id, ({ status }) => status === 'ready');
    expect(stageOf(done, 'face-tracking').attempt).toBe(3);
    expect(await system.count('face-tracking.7.crashes')).toBe(2);
    for (const stage of ['ingest', 'landmarks'])
      expect([stage, await system.count(`${stage}.7.runs`)]).toEqual([stage, 1]);
  });

  it('shows the progress of a running stage, stops it, and does not do again what was done', async () => {
    const id = await train(3, { landmarks: { takes: 600_000 } });
    const running = await until(id, (person) => stageOf(person, 'landmarks').unit !== null);
    expect(stageOf(running, 'landmarks')).toMatchObject({ status: 'running', unit: 'steps', attempt: 1 });
    await answer(client.POST('/v1/people/{id}:cancel', { params: { path: { id } } }));
    await expect(answer(client.POST('/v1/people/{id}:cancel', { params: { path: { id } } }))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    while ((await engine.describe(portraitWorkflowId(id)))!.running) await sleep(100);
    expect((await get(id)).status).toBe('cancelled');
    await answer(
      client.POST('/v1/people/{id}:resume', {
        params: { path: { id } },
        body: { params: { landmarks: { trouble: { takes: 0 } } } },
      }),
    );
    await until(id, ({ status }) => status === 'ready');
    expect(await system.count('ingest.3.runs')).toBe(1);
  });

  it('starts what was accepted once, and says what cannot be done to what is not there', async () => {
    const id = await train(4);
    await until(id, ({ status }) => status === 'ready');
    const input = { person: id, seed: 4 } as BuildPortraitInput;
    await engine.startPortrait(input);
    expect(await system.count('ingest.4.runs')).toBe(1);
    expect(await engine.cancel(portraitWorkflowId('p_nobody'))).toBe(false);
    expect(await engine.describe(portraitWorkflowId('p_nobody'))).toBeNull();
    await expect(engine.retryStage(portraitWorkflowId('p_nobody'), { stage: 'ingest' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await engine.deleteHistories([portraitWorkflowId('p_nobody')]);
  });

  it('erases a person who is being trained, whole', async () => {
    const id = await train(5, { landmarks: { takes: 600_000 } });
    await until(id, (person) => stageOf(person, 'landmarks').status === 'running');
    const { id: erasure } = await answer(client.DELETE('/v1/people/{id}', { params: { path: { id } } }));
    const see = () => answer(client.GET('/v1/erasures/{id}', { params: { path: { id: erasure } } }));
    let proof = await see();
    for (; proof.status !== 'erased'; proof = await see()) await sleep(200);
    expect(proof.deleted).toMatchObject({ people: 1, consents: 1, uploads: 1 });
    await expect(get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await system.store.people()).not.toContain(id);
    expect(await engine.describe(portraitWorkflowId(id))).toBeNull();
  });
});
