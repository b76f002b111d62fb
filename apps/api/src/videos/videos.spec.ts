import { beforeAll, describe, expect, it } from '@jest/globals';
import { videoWorkflowId, type PortraitParts, type WorkEvent } from '@portrait/contracts';
import type { VideoView } from '@portrait/contracts/api';
import { eq } from 'drizzle-orm';
import { stages } from '../database/schema.js';
import { publishTestPortrait } from '../testing/test-portrait.js';
import {
  useTestApi,
  createConsent,
  createPerson,
  createUpload,
  WAV,
  type Caller,
  type TestApi,
} from '../testing/test-api.js';

const api = useTestApi();
let caller: Caller;
let person: string;
let parts: PortraitParts;
beforeAll(async () => {
  caller = api.as(await api.key());
  person = await createPerson(api, caller);
  parts = await publishTestPortrait(api, person);
});

const get = async (id: string): Promise<VideoView> =>
  (await caller.get(`/v1/videos/${id}`).expect(200)).body as VideoView;
const refusal = (answer: { body: unknown }): { code: string; message: string; hint: string } =>
  (answer.body as { error: never }).error;
const make = async (more: object = {}): Promise<string> => {
  const { body } = (await caller.post('/v1/videos', { personId: person, audio: 'recorded', ...more }).expect(202)) as {
    body: VideoView;
  };
  await api.settled();
  return body.id;
};
const track = Buffer.from('{"frames":[]}');

describe('videos', () => {
  it('start with the portrait, the speech and the chosen options', async () => {
    const audio = {
      uploadId: await createUpload(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' }),
    };
    const pose = {
      uploadId: await createUpload(api, caller, track, {
        kind: 'track',
        personId: person,
        contentType: 'application/json',
      }),
    };
    const id = await make({
      audio,
      pose,
      eyes: { open: 0.5 },
      background: '#204060',
      container: 'mov',
      seed: 3,
      shards: 4,
      params: { render: { steps: 7 } },
      metadata: { scene: '1' },
    });
    const input = api.engine.video(id)!;
    expect(input).toMatchObject({
      tenant: 'studio',
      person,
      video: id,
      parts,
      seed: 3,
      shards: 4,
      onFailure: 'park',
      speech: { kind: 'speech' },
      poseTrack: { kind: 'track' },
    });
    expect(input.params).toEqual({
      render: { pose: 'track', eyes: 'fixed', eyesOpen: 0.5, background: '#204060', container: 'mov', steps: 7 },
      'audio-features': { extractor: 'fixture-features' },
    });
    expect([input.eyeTrack, input.backgroundMedia]).toEqual([undefined, undefined]);
    expect(await get(id)).toMatchObject({ status: 'queued', seed: 3, shards: 4, metadata: { scene: '1' }, files: [] });
  });

  it('use clip and recorded pose for recorded audio, and webm for a transparent background', async () => {
    const { speech, params } = api.engine.video(await make({ background: 'transparent', eyes: 'natural' }))!;
    expect(speech).toEqual(parts.clip);
    expect(params.render).toEqual({ pose: 'recorded', eyes: 'blinks', background: 'transparent', container: 'webm' });
  });

  it('pass an image background as media', async () => {
    const background = {
      uploadId: await createUpload(api, caller, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), {
        kind: 'image',
        personId: person,
        contentType: 'image/png',
      }),
    };
    const input = api.engine.video(await make({ background }))!;
    expect([input.params.render!['background'], input.backgroundMedia!.kind]).toEqual(['media', 'background-media']);
  });

  it('are refused for an unknown or unready person', async () => {
    expect(
      refusal(await caller.post('/v1/videos', { personId: 'p_nobody', audio: 'recorded' }).expect(404)).message,
    ).toBe('personId: There is no person p_nobody.');
    const fresh = await createPerson(api, caller);
    expect(refusal(await caller.post('/v1/videos', { personId: fresh, audio: 'recorded' }).expect(409))).toMatchObject({
      code: 'CONFLICT',
      message: `personId: the person ${fresh} is queued; it has no portrait yet.`,
    });
  });

  it.each<[string, object, number, RegExp]>([
    [
      'invalid parameters',
      { params: { render: { steps: 0 }, rendr: {} } },
      400,
      /rendr: there is no such stage here. Did you mean render\?[^]*render.steps/,
    ],
    ['a missing track', { params: { render: { pose: 'track' } } }, 400, /pose: is a track, so an upload/],
    [
      'another extractor',
      { params: { 'audio-features': { extractor: 'other' } } },
      422,
      /The portrait was trained with the extractor fixture-features/,
    ],
    ['an unknown upload', { audio: { uploadId: 'u_none' } }, 404, /audio: There is no upload u_none/],
    [
      'a private callback address',
      { callbackUrl: 'http://169.254.169.254/' },
      400,
      /"http:\/\/169\.254\.169\.254\/" is refused/,
    ],
    ['speech from an address', { audio: { url: 'https://example.org/a.wav' } }, 501, /audio.url/],
  ])('are refused with %s', async (_, more, status, message) => {
    expect(
      refusal(await caller.post('/v1/videos', { personId: person, audio: 'recorded', ...more }).expect(status)).message,
    ).toMatch(message);
  });

  it('accept only uploads of their person and of the right kind', async () => {
    const other = await createPerson(api, caller);
    const foreign = await createUpload(api, caller, WAV, { kind: 'audio', personId: other, contentType: 'audio/wav' });
    expect(
      refusal(await caller.post('/v1/videos', { personId: person, audio: { uploadId: foreign } }).expect(400)).message,
    ).toMatch(/audio: the upload .* belongs to another person/);
    const own = await createUpload(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' });
    expect(
      refusal(
        await caller.post('/v1/videos', { personId: person, audio: 'recorded', pose: { uploadId: own } }).expect(400),
      ).message,
    ).toMatch(/pose: the upload .* is an audio/);
  });

  it('show files with cached links once ready', async () => {
    const id = await make();
    const draft = await (await api.store.scope(person)).create('video');
    await draft.write('video.mp4', 'moving');
    await draft.write('video.json', '{}');
    const video = await draft.commit();
    const tell = (type: WorkEvent['type'], more: Partial<WorkEvent> = {}) =>
      api.bookkeeping.tell({ id: `${type}-${id}`, type, tenant: 'studio', person, video: id, ...more });
    await tell('video.rendering');
    api.engine.setNodes(
      videoWorkflowId(id),
      { 'audio-features': { status: 'done', attempt: 1 }, render: { status: 'running', attempt: 1 } },
      { render: { node: 'render', done: 30, total: 60, unit: 'frames' } },
    );
    expect(await get(id)).toMatchObject({ status: 'rendering', progress: 0.75, files: [] });
    await api.bookkeeping.publishVideo({
      tenant: 'studio',
      person,
      video: id,
      result: { video, seconds: 4, coreSeconds: 9 },
    });
    await tell('video.ready', { seconds: 4, coreSeconds: 9 });
    api.engine.setEnded(videoWorkflowId(id));
    const ready = await get(id);
    expect(ready).toMatchObject({ status: 'ready', progress: 1, seconds: 4, coreSeconds: 9, error: null });
    expect(ready.files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['video.json', 2],
      ['video.mp4', 6],
    ]);
    const link = ready.files[1]!.link!;
    expect(link.url).toContain(`${person}/${video.digest}/video.mp4?expires=900`);
    expect((await get(id)).files[1]!.link).toEqual(link);
    const artifact = (await caller.get(`/v1/people/${person}/artifacts/${video.digest}`).expect(200)).body as {
      files: { name: string }[];
    };
    expect(artifact).toMatchObject({ kind: 'video', files: [{ name: 'video.json' }, { name: 'video.mp4' }] });
    await caller.get(`/v1/people/${person}/artifacts/${api.engine.video(id)!.consent.digest}`).expect(404);
  });

  it('can be retried with changed parameters when parked, and cancelled once', async () => {
    const id = await make();
    await api.bookkeeping.tell({
      id: `parked-${id}`,
      type: 'stage.failed',
      tenant: 'studio',
      person,
      video: id,
      stage: 'render',
      attempt: 1,
      error: { code: 'STORE_UNWRITABLE', message: 'Full.' },
    });
    api.engine.setNodes(videoWorkflowId(id), {
      'audio-features': { status: 'done', attempt: 1 },
      render: { status: 'parked', attempt: 1, error: { code: 'STORE_UNWRITABLE', message: 'Full.' } },
    });
    expect(await get(id)).toMatchObject({
      status: 'parked',
      error: { code: 'STORE_UNWRITABLE', message: 'Full.' },
      stages: [{}, { status: 'parked' }],
    });
    await caller.post(`/v1/videos/${id}/stages/audio-features:retry`).expect(409);
    await caller.post(`/v1/videos/${id}/stages/render:retry`).expect(202);
    expect(api.engine.calls.at(-1)).toBe(`retry ${videoWorkflowId(id)} render null`);
    await caller.post(`/v1/videos/${id}/stages/render:retry`, { params: { steps: 9 } }).expect(202);
    expect(api.engine.calls.at(-1)).toBe(
      `retry ${videoWorkflowId(id)} render ${JSON.stringify({ pose: 'recorded', steps: 9 })}`,
    );
    expect((await caller.post(`/v1/videos/${id}:cancel`).expect(202)).body).toMatchObject({ status: 'cancelled' });
    expect(refusal(await caller.post(`/v1/videos/${id}:cancel`).expect(409)).message).toBe(
      `The video ${id} is cancelled; there is nothing to cancel.`,
    );
    expect(await api.database.db.select().from(stages).where(eq(stages.video, id))).toHaveLength(1);
  });

  it('are listed by person and status', async () => {
    const { body } = (await caller.get(`/v1/videos?personId=${person}&status=cancelled`).expect(200)) as {
      body: { data: { status: string }[] };
    };
    expect(body.data.length).toBeGreaterThan(0);
    expect(body.data.every(({ status }) => status === 'cancelled')).toBe(true);
    expect(((await caller.get('/v1/videos?personId=p_other').expect(200)).body as { data: unknown[] }).data).toEqual(
      [],
    );
  });
});

describe('erasing a person', () => {
  it('deletes everything except a proof that names nobody', async () => {
    const consent = await createConsent(caller);
    const shared = await createPerson(api, caller);
    const id = await createPerson(api, caller, {
      consentId: consent,
      name: 'Gone Person',
      metadata: { key: 'gone-metadata' },
    });
    await publishTestPortrait(api, id);
    const audio = await createUpload(api, caller, WAV, { kind: 'audio', personId: id, contentType: 'audio/wav' });
    const answer = await caller
      .post('/v1/videos', { personId: id, audio: { uploadId: audio } })
      .set('Idempotency-Key', `gone-${shared}`)
      .expect(202);
    const video = (answer.body as { id: string }).id;
    await api.settled();
    await caller.patch(`/v1/people/${id}`, { name: 'Gone Person again' }).expect(200);

    const erasing = (await caller.delete(`/v1/people/${id}`).expect(202)).body as { id: string };
    await api.settled();
    expect((await caller.delete(`/v1/people/${id}`).expect(202)).body).toEqual({
      ...erasing,
      status: 'erasing',
      completedAt: null,
      deleted: null,
      createdAt: expect.any(String),
    });
    expect(((await caller.get(`/v1/people/${id}`).expect(200)).body as { status: string }).status).toBe('erasing');
    await caller.post('/v1/videos', { personId: id, audio: 'recorded' }).expect(409);
    await caller.post('/v1/uploads', { kind: 'audio', personId: id, bytes: 3, contentType: 'audio/wav' }).expect(409);

    // The activities of the erasePerson workflow.
    const input = { erasure: erasing.id };
    expect(api.engine.started.get(`erase/${erasing.id}`)!.input).toEqual(input);
    expect(await api.bookkeeping.stopWork(input)).toEqual({ left: 2 });
    api.engine.setEnded(`portrait/${id}`);
    api.engine.setEnded(videoWorkflowId(video));
    expect(await api.bookkeeping.stopWork(input)).toEqual({ left: 0 });
    for (let twice = 0; twice < 2; twice++) {
      await api.bookkeeping.eraseArtifacts(input);
      await api.bookkeeping.eraseHistories(input);
    }
    await api.bookkeeping.eraseRows(input);
    await api.bookkeeping.eraseRows(input);

    expect(api.engine.calls).toEqual(
      expect.arrayContaining([`forget portrait/${id}`, `forget ${videoWorkflowId(video)}`]),
    );
    expect(await api.store.people()).not.toContain(id);
    await caller.get(`/v1/people/${id}`).expect(404);
    expect((await caller.get(`/v1/erasures/${erasing.id}`).expect(200)).body).toMatchObject({
      status: 'erased',
      deleted: { people: 1, videos: 1, uploads: 2, consents: 1, idempotency: 1 },
    });
    expect(
      ((await caller.get('/v1/erasures').expect(200)).body as { data: { id: string }[] }).data.map((proof) => proof.id),
    ).toContain(erasing.id);
    const everything = await dump(api);
    for (const trace of [id, video, audio, consent, 'Gone Person', 'gone-metadata'])
      expect([trace, everything.includes(trace)]).toEqual([trace, false]);
    await caller.get(`/v1/people/${shared}`).expect(200);
  });
});

/** All rows of all tables, as text. */
async function dump(of: TestApi): Promise<string> {
  const { rows } = (await of.database.db.execute(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`,
  )) as unknown as { rows: { table_name: string }[] };
  const texts = await Promise.all(
    rows.map(async ({ table_name: table }) =>
      JSON.stringify(
        ((await of.database.db.execute(`SELECT * FROM "${table}"`)) as unknown as { rows: unknown[] }).rows,
      ),
    ),
  );
  return texts.join('\n');
}
