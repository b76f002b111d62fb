import { beforeAll, describe, expect, it } from '@jest/globals';
import { PORTRAIT_GRAPH, portraitWorkflowId, type Failure, type WorkEvent } from '@portrait/contracts';
import type { PersonView, StageView } from '@portrait/contracts/api';
import { eq, sql } from 'drizzle-orm';
import { people } from '../database/schema.js';
import { Intake } from '../intake/intake.js';
import { useTestApi, createConsent, MP4, createPerson, createUpload, type Caller } from '../testing/test-api.js';

const api = useTestApi();
let caller: Caller;
beforeAll(async () => {
  caller = api.as(await api.key());
});

const get = async (id: string): Promise<PersonView> =>
  (await caller.get(`/v1/people/${id}`).expect(200)).body as PersonView;
const stage = async (id: string, name: string): Promise<StageView> =>
  (await get(id)).stages.find((entry) => entry.stage === name)!;
const refusal = (answer: { body: unknown }): { code: string; message: string; hint: string } =>
  (answer.body as { error: never }).error;
let told = 0;
const tell = (person: string, type: WorkEvent['type'], more: Partial<WorkEvent> = {}): Promise<void> =>
  api.bookkeeping.tell({ id: `e${told++}`, type, tenant: 'studio', person, ...more });
const FULL: Failure = { code: 'STORE_UNWRITABLE', message: 'No space left.', hint: 'Free some space.' };

describe('people', () => {
  it('are accepted and trained with preset and parameters', async () => {
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const consentId = await createConsent(caller);
    const answer = await caller
      .post('/v1/people', {
        name: ' Anna ',
        consentId,
        video: { uploadId },
        preset: 'standard',
        params: { ingest: { steps: 3 }, 'head-training': { optim: { rate: 0.25 } } },
        seed: 7,
        evaluate: false,
        metadata: { ticket: '17' },
      })
      .expect(202);
    const view = answer.body as PersonView;
    expect(view).toMatchObject({
      name: 'Anna',
      status: 'queued',
      preset: 'standard',
      seed: 7,
      evaluate: false,
      metadata: { ticket: '17' },
      params: { ingest: { steps: 3 }, 'head-training': { optim: { rate: 0.25 } } },
      error: null,
    });
    expect(view.stages.map((entry) => entry.stage)).toEqual(
      Object.keys(PORTRAIT_GRAPH).filter((node) => node !== 'evaluate'),
    );
    await api.settled();
    const input = api.engine.portrait(view.id)!;
    expect(input).toMatchObject({
      tenant: 'studio',
      person: view.id,
      preset: 'standard',
      seed: 7,
      evaluate: false,
      timing: { heartbeatSeconds: 60 },
      video: { kind: 'source-video' },
    });
    // Preset parameters overlaid with the requested ones; defaults are left to the stages.
    expect(input.params).toEqual({ ingest: { size: 512, steps: 3 }, 'head-training': { optim: { rate: 0.25 } } });
    const scope = await api.store.scope(view.id);
    expect(await scope.readJson(input.consent, 'consent.json')).toMatchObject({ grantedBy: 'Anna Example' });
    expect((await get(view.id)).startedAt).not.toBeNull();
  });

  it.each<[string, object, number, RegExp]>([
    ['without consent', { consentId: 'c_none' }, 403, /consentId: there is no consent c_none/],
    ['with a preset that is none', { preset: 'previw' }, 400, /There is no preset "previw".*preview/],
    [
      'with parameters that are wrong',
      { params: { ingest: { steps: 0 }, 'head-traning': { steps: 1 }, landmarks: { speed: 'warp' } } },
      400,
      /head-traning: there is no such stage here. Did you mean head-training\?[^]*ingest.steps:[^]*landmarks.speed:/,
    ],
    [
      'from an upload that is none',
      { video: { uploadId: 'u_none' } },
      404,
      /video.uploadId: There is no upload u_none/,
    ],
    [
      'a private callback address',
      { callbackUrl: 'http://10.0.0.1/told' },
      400,
      /"http:\/\/10\.0\.0\.1\/told" is refused/,
    ],
    [
      'from an address, where the server fetches none',
      { video: { url: 'https://example.org/anna.mp4' } },
      501,
      /video.url: this server does not fetch addresses/,
    ],
  ])('refuses %s', async (_, change, status, message) => {
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const answer = await caller
      .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId }, ...change })
      .expect(status);
    expect(refusal(answer).message).toMatch(message);
  });

  it('are created once per upload, also concurrently', async () => {
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const body = { consentId: await createConsent(caller), video: { uploadId } };
    const answers = await Promise.all(Array.from({ length: 4 }, () => caller.post('/v1/people', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    expect(refusal(await caller.post('/v1/people', body).expect(409)).hint).toContain(':resume');
  });

  it('can change name and metadata', async () => {
    const id = await createPerson(api, caller, { name: 'Anna', metadata: { a: '1' } });
    expect((await caller.patch(`/v1/people/${id}`, { name: 'Berta' }).expect(200)).body).toMatchObject({
      name: 'Berta',
      metadata: { a: '1' },
    });
    expect((await caller.patch(`/v1/people/${id}`, { name: null, metadata: {} }).expect(200)).body).toMatchObject({
      name: null,
      metadata: {},
    });
    await caller.patch(`/v1/people/${id}`, { status: 'ready' }).expect(400);
  });

  it('are listed by status, in pages', async () => {
    const own = api.as(await api.key('lists'));
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push(await createPerson(api, own));
    await api.database.db.update(people).set({ status: 'ready' }).where(eq(people.id, made[2]!));
    // Same timestamp: the cursor must distinguish them by id.
    await api.database.db
      .update(people)
      .set({ createdAt: new Date('2026-01-01T00:00:00.123Z') })
      .where(eq(people.tenant, 'lists'));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = (await own.get(`/v1/people?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`).expect(200)) as {
        body: { data: { id: string }[]; nextCursor: string | null };
      };
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([...made].sort().reverse());
    expect(
      ((await own.get('/v1/people?status=ready').expect(200)).body as { data: { id: string }[] }).data.map(
        ({ id }) => id,
      ),
    ).toEqual([made[2]]);
  });
});

describe('stages', () => {
  it('show the workflow state, with progress from the last heartbeat', async () => {
    const id = await createPerson(api, caller);
    api.engine.setNodes(
      portraitWorkflowId(id),
      {
        ingest: {
          status: 'done',
          attempt: 1,
          startedAt: '2026-01-01T00:00:00.000Z',
          finishedAt: '2026-01-01T00:00:12.500Z',
          outcome: {
            key: 'k',
            outputs: {},
            cached: false,
            wallMs: 12_000,
            cpuMs: 20_000,
            peakRssBytes: 1,
            findings: [{ level: 'warning', code: 'short-clip', message: 'Short.' }],
            metrics: { frames: 250 },
          },
        },
        landmarks: { status: 'running', attempt: 2, startedAt: '2026-01-01T00:00:13.000Z' },
      },
      { landmarks: { node: 'landmarks', done: 50, total: 200, unit: 'frames', message: 'fine' } },
    );
    const view = await get(id);
    expect(view).toMatchObject({ status: 'training', progress: 0.625 });
    expect(view.stages[0]).toMatchObject({
      stage: 'ingest',
      status: 'done',
      progress: 1,
      seconds: 12.5,
      coreSeconds: 20,
      cached: false,
      metrics: { frames: 250 },
      findings: [{ code: 'short-clip' }],
    });
    expect(view.stages[1]).toMatchObject({
      status: 'running',
      attempt: 2,
      progress: 0.25,
      done: 50,
      total: 200,
      unit: 'frames',
      message: 'fine',
    });
    expect((await caller.get(`/v1/people/${id}/stages/landmarks`).expect(200)).body).toEqual(view.stages[1]);
  });

  it('show the last recorded state and no progress when Temporal is unreachable', async () => {
    const id = await createPerson(api, caller);
    await tell(id, 'person.training');
    await tell(id, 'stage.done', { stage: 'ingest', attempt: 1, coreSeconds: 3 });
    api.engine.unreachable = true;
    try {
      const view = await get(id);
      expect([view.status, view.progress]).toEqual(['training', null]);
      expect(view.stages.slice(0, 2).map(({ status }) => status)).toEqual(['done', 'waiting']);
    } finally {
      api.engine.unreachable = false;
    }
  });

  it('park the person on failure and continue with changed parameters', async () => {
    const id = await createPerson(api, caller, { params: { ingest: { steps: 5 } } });
    await tell(id, 'person.training');
    await tell(id, 'stage.failed', { stage: 'ingest', attempt: 1, error: FULL });
    api.engine.setNodes(portraitWorkflowId(id), {
      ingest: { status: 'parked', attempt: 1, error: { ...FULL, at: { stage: 'ingest', file: '/secret/place' } } },
    });
    const parked = await get(id);
    expect(parked).toMatchObject({ status: 'parked', error: FULL });
    expect(parked.stages[0]).toMatchObject({ status: 'parked', error: { ...FULL, at: { stage: 'ingest' } } });
    expect(JSON.stringify(parked)).not.toContain('/secret');

    expect(
      refusal(await caller.post(`/v1/people/${id}/stages/ingest:retry`, { params: { steps: 1000 } }).expect(400))
        .message,
    ).toMatch(/ingest.steps/);
    const after = (
      await caller.post(`/v1/people/${id}/stages/ingest:retry`, { params: { optim: { rate: 0.75 } } }).expect(202)
    ).body as PersonView;
    // A retry sends the full parameters of the stage, including preset and earlier changes.
    expect(api.engine.calls.at(-1)).toBe(
      `retry ${portraitWorkflowId(id)} ingest ${JSON.stringify({ size: 512, steps: 5, optim: { rate: 0.75 } })}`,
    );
    expect(after.params).toEqual({ ingest: { steps: 5, optim: { rate: 0.75 } } });
    const [row] = await api.database.db.select().from(people).where(eq(people.id, id));
    expect([row!.status, row!.error]).toEqual(['training', null]);
  });

  it('can be retried and skipped only when parked', async () => {
    const id = await createPerson(api, caller);
    api.engine.setNodes(portraitWorkflowId(id), {
      ingest: { status: 'done', attempt: 1 },
      'lips-finetuning': { status: 'parked', attempt: 1 },
    });
    expect(refusal(await caller.post(`/v1/people/${id}/stages/ingest:retry`).expect(409))).toMatchObject({
      code: 'CONFLICT',
      message: 'ingest is done; only a parked stage can be retried or skipped.',
    });
    await caller.post(`/v1/people/${id}/stages/lips-finetuning:skip`).expect(202);
    api.engine.setEnded(portraitWorkflowId(id));
    expect(await stage(id, 'lips-finetuning')).toMatchObject({ status: 'skipped', progress: 1 });
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    expect(refusal(await caller.post(`/v1/people/${id}/stages/ingest:retry`).expect(409)).hint).toContain(':resume');
  });

  it('are listed with their parameters and the presets', async () => {
    const { body } = (await caller.get('/v1/stages').expect(200)) as {
      body: {
        stages: { stage: string; needs: string[]; canBeSkipped: boolean; params: { path: string }[] }[];
        presets: { preset: string }[];
      };
    };
    expect(body.stages.find(({ stage: name }) => name === 'lips-finetuning')).toMatchObject({
      canBeSkipped: true,
      needs: expect.arrayContaining(['head-training']),
    });
    expect(body.stages.find(({ stage: name }) => name === 'ingest')!.params.map(({ path }) => path)).toContain(
      'optim.rate',
    );
    expect(body.presets.map(({ preset }) => preset)).toContain('preview');
  });
});

describe('cancel and resume', () => {
  it('stop a training once and restart it with changed parameters', async () => {
    const id = await createPerson(api, caller, { params: { ingest: { steps: 5 } } });
    await caller.post(`/v1/people/${id}:resume`).expect(409);
    expect((await caller.post(`/v1/people/${id}:cancel`).expect(202)).body).toMatchObject({ status: 'cancelled' });
    expect(refusal(await caller.post(`/v1/people/${id}:cancel`).expect(409)).message).toBe(
      `The person ${id} is cancelled; there is nothing to cancel.`,
    );
    expect(refusal(await caller.post(`/v1/people/${id}:resume`).expect(409)).message).toMatch(
      /still running or stopping/,
    );
    api.engine.setEnded(portraitWorkflowId(id));
    const again = (
      await caller.post(`/v1/people/${id}:resume`, { params: { ingest: { optim: { rate: 1 } } } }).expect(202)
    ).body as PersonView;
    expect(again).toMatchObject({ status: 'queued', params: { ingest: { steps: 5, optim: { rate: 1 } } } });
    expect(api.engine.started.get(portraitWorkflowId(id))!.times).toBe(2);
    expect(api.engine.portrait(id)!.params.ingest).toMatchObject({ steps: 5, optim: { rate: 1 } });
  });

  it('prevent the start when cancelled before it', async () => {
    api.engine.unreachable = true;
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const { body } = (await caller
      .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId } })
      .expect(202)) as { body: PersonView };
    await api.settled();
    await caller.post(`/v1/people/${body.id}:cancel`).expect(202);
    api.engine.unreachable = false;
    await api.app.get(Intake).sweep();
    await api.settled();
    expect(api.engine.portrait(body.id)).toBeUndefined();
    expect((await get(body.id)).stages.every(({ status }) => status === 'cancelled')).toBe(true);
  });
});

describe('accepted work', () => {
  const accept = async (): Promise<string> => {
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const { body } = (await caller
      .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId } })
      .expect(202)) as { body: PersonView };
    await api.settled();
    return body.id;
  };

  it('starts once Temporal is reachable', async () => {
    api.engine.unreachable = true;
    const id = await accept();
    expect([(await get(id)).status, api.engine.portrait(id)]).toEqual(['queued', undefined]);
    api.engine.unreachable = false;
    await api.app.get(Intake).sweep();
    await api.settled();
    expect(api.engine.portrait(id)).toBeDefined();
  });

  it('is taken over from a process that died, after a delay', async () => {
    const id = await accept();
    await api.database.db
      .update(people)
      .set({ startedAt: null, updatedAt: sql`now() - interval '30 seconds'` as never })
      .where(eq(people.id, id));
    api.engine.started.delete(portraitWorkflowId(id));
    await api.app.get(Intake).sweep();
    await api.settled();
    expect(api.engine.portrait(id)).toBeUndefined();
    await api.database.db
      .update(people)
      .set({ updatedAt: sql`now() - interval '61 seconds'` as never })
      .where(eq(people.id, id));
    await api.app.get(Intake).sweep();
    await api.settled();
    expect(api.engine.portrait(id)).toBeDefined();
  });
});

describe('a workflow event', () => {
  const status = async (id: string): Promise<string> =>
    (await api.database.db.select({ status: people.status }).from(people).where(eq(people.id, id)))[0]!.status;

  it('updates the person, and is ignored when repeated', async () => {
    const id = await createPerson(api, caller);
    await tell(id, 'person.training');
    expect(await status(id)).toBe('training');
    const failed: WorkEvent = {
      id: `same-${id}`,
      type: 'stage.failed',
      tenant: 'studio',
      person: id,
      stage: 'landmarks',
      attempt: 1,
      error: FULL,
    };
    await api.bookkeeping.tell(failed);
    expect(await status(id)).toBe('parked');
    await tell(id, 'person.training');
    await api.bookkeeping.tell(failed);
    expect(await status(id)).toBe('training');
    await tell(id, 'person.ready');
    expect(await status(id)).toBe('ready');
    expect((await get(id)).finishedAt).not.toBeNull();
  });

  it('of a failed evaluation keeps the person ready', async () => {
    const id = await createPerson(api, caller);
    await tell(id, 'person.ready');
    await tell(id, 'stage.failed', { stage: 'evaluate', attempt: 1, error: FULL });
    await tell(id, 'person.training');
    await tell(id, 'person.failed', { error: FULL });
    expect(await status(id)).toBe('ready');
    expect(await stage(id, 'evaluate')).toMatchObject({ status: 'parked', error: FULL });
  });

  it('is ignored after a cancellation', async () => {
    const id = await createPerson(api, caller);
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    await tell(id, 'person.training');
    await tell(id, 'stage.failed', { stage: 'ingest', error: FULL });
    expect(await status(id)).toBe('cancelled');
  });

  it("of an unknown person or of another tenant's person is ignored", async () => {
    const id = await createPerson(api, caller);
    await tell('p_nobody', 'person.ready');
    await api.bookkeeping.tell({ id: 'foreign', type: 'person.ready', tenant: 'rival', person: id });
    expect(await status(id)).toBe('queued');
  });
});
