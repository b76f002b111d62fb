import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { batchWorkflowId, type RenderBatchInput } from '@portrait/contracts';
import { EVENT_TYPES, manifestSchema, type BatchItemView, type BatchView } from '@portrait/contracts/api';
import { parse } from 'csv-parse/sync';
import { eq, sql } from 'drizzle-orm';
import request from 'supertest';
import { batches, batchItems, events } from '../database/schema.js';
import { Media } from '../intake/media.js';
import { portraitOf } from '../testing/portrait-of.js';
import { apiForTests, personOf, uploadOf, WAV, type Caller } from '../testing/test-api.js';
import { fixtureRegistry } from '@portrait/stage-kit';
import { batchBookkeeping, type BatchBookkeeping } from './batch-bookkeeping.js';
import { BatchStarter } from './batch-starter.js';

const api = apiForTests({}, { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) });
let caller: Caller;
let person: string;
let books: BatchBookkeeping;
beforeAll(async () => {
  caller = api.as(await api.key());
  person = await personOf(api, caller);
  await portraitOf(api, person);
  books = batchBookkeeping({
    db: api.database.db,
    store: api.store,
    eraser: api.store,
    registry: () => Promise.resolve(fixtureRegistry()),
    media: api.app.get(Media),
    tell: api.books.tell,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    heartbeatSeconds: 9,
  });
});

interface Refusal {
  code: string;
  message: string;
  hint: string;
}
const refusal = (answer: { body: unknown }): Refusal => (answer.body as { error: Refusal }).error;
const items = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, n) => ({ id: `item ${n}`, personId: person, audio: 'recorded', ...more }));
async function make(body: object): Promise<BatchView> {
  const answer = await caller.post('/v1/batches', body).expect(202);
  await api.app.get(BatchStarter).idle();
  return answer.body as BatchView;
}
const get = async (id: string): Promise<BatchView> =>
  (await caller.get(`/v1/batches/${id}`).expect(200)).body as BatchView;
const itemsOf = async (id: string, query = ''): Promise<BatchItemView[]> =>
  ((await caller.get(`/v1/batches/${id}/items${query}`).expect(200)).body as { data: BatchItemView[] }).data;
const claim = (batch: string, name: string, limit = 50) =>
  books.nextItems({ tenant: 'studio', batch, claim: name, limit });
const finish = async (video: string): Promise<void> => {
  const scope = await api.store.scope(person);
  const draft = await scope.create('video');
  await draft.write('video.mp4', `video ${video}`);
  await draft.write('video.json', '{}');
  await api.books.publishVideo({
    tenant: 'studio',
    person,
    video,
    result: { video: await draft.commit(), seconds: 2, coreSeconds: 30 },
  });
};
const fail = (batch: string, video: string): Promise<void> =>
  books.itemFailed({
    tenant: 'studio',
    batch,
    video,
    error: { code: 'INPUT_UNREADABLE', message: 'It is no sound.', hint: 'Look.' },
  });
const end = async (batch: string, status: 'done' | 'cancelled' = 'done'): Promise<void> => {
  await books.finishBatch({ tenant: 'studio', batch, status });
  api.engine.ended(batchWorkflowId(batch));
};

describe('a batch', () => {
  it('of JSON items is accepted and started with its window, priority and concurrency', async () => {
    const window = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
    const made = await make({
      name: 'Course',
      items: items(3),
      window,
      priority: 2,
      concurrency: 8,
      metadata: { term: 'spring' },
    });
    expect(made).toMatchObject({
      name: 'Course',
      status: 'queued',
      counts: { total: 3, waiting: 3, running: 0, done: 0, failed: 0, cancelled: 0 },
      progress: 0,
      window,
      priority: 2,
      concurrency: 8,
      forecastAt: null,
      secondsPerItem: null,
      metadata: { term: 'spring' },
      startedAt: null,
    });
    // It is begun beside the answer.
    while ((await get(made.id)).startedAt === null) await sleep(5);
    expect(api.engine.started.get(batchWorkflowId(made.id))!.input).toEqual({
      tenant: 'studio',
      batch: made.id,
      window,
      concurrency: 8,
      priority: 2,
    } satisfies RenderBatchInput);
  });

  it('of CSV is the same', async () => {
    const upload = await uploadOf(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' });
    const { id } = await make({
      csv: `id,person,upload_id,audio,priority,metadata.title\na,${person},${upload},,5,First\nb,${person},,recorded,,\n=c,${person},,recorded,1,`,
    });
    expect((await itemsOf(id)).map((item) => [item.id, item.status, item.metadata])).toEqual([
      ['=c', 'waiting', {}],
      ['b', 'waiting', {}],
      ['a', 'waiting', { title: 'First' }],
    ]);
  });

  it('of more items than other bodies have room for is taken from a known key only', async () => {
    const many = { items: items(12_000, { metadata: { note: 'x'.repeat(60) } }) };
    expect((await make(many)).counts.total).toBe(12_000);
    expect(
      (
        await request(api.app.getHttpServer() as never)
          .post('/v1/batches')
          .send(many)
      ).status,
    ).toBe(413);
  });

  it('lays items over the defaults', async () => {
    const { id } = await make({
      items: [
        { ...items(1)[0], seed: 7, params: { render: { steps: 3 } } },
        { id: 'other', personId: person, audio: 'recorded' },
      ],
      defaults: { background: '#204060', seed: 2, params: { render: { steps: 5, noise: 1 } }, shards: 3 },
    });
    const rows = await api.database.db
      .select({ request: batchItems.request })
      .from(batchItems)
      .where(eq(batchItems.batch, id))
      .orderBy(batchItems.place);
    expect(rows.map(({ request: kept }) => kept['asked'])).toEqual([
      expect.objectContaining({
        background: '#204060',
        seed: 7,
        shards: 3,
        params: { render: { steps: 3, noise: 1 } },
      }),
      expect.objectContaining({ background: '#204060', seed: 2, params: { render: { steps: 5, noise: 1 } } }),
    ]);
  });

  it('is started once Temporal is there again', async () => {
    api.engine.away = true;
    const made = await make({ items: items(1) });
    expect((await get(made.id)).status).toBe('queued');
    api.engine.away = false;
    await api.app.get(BatchStarter).sweep();
    await api.app.get(BatchStarter).idle();
    expect((await get(made.id)).status).toBe('running');
  });

  it('that lost its workflow is started again with what was under way', async () => {
    const { id } = await make({ items: items(2) });
    await claim(id, 'lost', 1);
    api.engine.ended(batchWorkflowId(id));
    await api.app.get(BatchStarter).sweep();
    expect((await get(id)).counts.running).toBe(1);
    await api.database.db
      .update(batches)
      .set({ updatedAt: sql`now() - interval '2 minutes'` as never })
      .where(eq(batches.id, id));
    await api.app.get(BatchStarter).sweep();
    await api.app.get(BatchStarter).idle();
    expect(await get(id)).toMatchObject({ status: 'running', counts: { waiting: 2, running: 0 } });
    expect(api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
  });

  it('is paused while its window is closed, and says until when', async () => {
    const hour = (offset: number): string => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
    const window = { from: hour(2), to: hour(4), timeZone: 'UTC' };
    const { id } = await make({ items: items(1), window });
    expect(await get(id)).toMatchObject({
      status: 'paused',
      pausedUntil: expect.stringContaining(`T${window.from}:00`),
    });
  });

  it('is listed newest first, by status, and not for others', async () => {
    const { id } = await make({ items: items(1) });
    const list = (await caller.get('/v1/batches?limit=2').expect(200)).body as {
      data: BatchView[];
      nextCursor: string;
    };
    expect(list.data[0]!.id).toBe(id);
    expect(list.data[0]!.counts.total).toBe(1);
    const next = (await caller.get(`/v1/batches?limit=2&cursor=${list.nextCursor}`).expect(200)).body as {
      data: BatchView[];
    };
    expect(next.data.some((batch) => list.data.some((seen) => seen.id === batch.id))).toBe(false);
    expect(
      ((await caller.get('/v1/batches?status=cancelled').expect(200)).body as { data: BatchView[] }).data
        .map(({ status }) => status)
        .filter((status) => status !== 'cancelled'),
    ).toEqual([]);
    const other = api.as(await api.key('other'));
    for (const path of ['', '/items', '/items/x', '/manifest.json', '/manifest.csv'])
      await other.get(`/v1/batches/${id}${path}`).expect(404);
    for (const verb of ['cancel', 'retry']) await other.post(`/v1/batches/${id}:${verb}`, {}).expect(404);
  });
});

describe('a batch is refused, and nothing of it is kept,', () => {
  const upload = `u_${'a'.repeat(20)}`;
  it.each<[string, () => object, number, RegExp]>([
    ['without items', () => ({ items: [] }), 400, /items: must not be empty/],
    ['with neither items nor csv', () => ({}), 400, /items or csv must be given/],
    ['with both', () => ({ items: items(1), csv: 'x' }), 400, /not both/],
    ['with an empty CSV', () => ({ csv: 'id,person,audio\n' }), 400, /has no items/],
    [
      'with a broken row',
      () => ({ csv: `id,person,audio\na,${person},recorded\nb,${person}\n` }),
      400,
      /^row 3: has 2 cells/,
    ],
    [
      'with an id twice',
      () => ({ items: [...items(2), ...items(1)] }),
      400,
      /^items\.2\.id: "item 0" is also the id of items\.0/,
    ],
    [
      'with an id twice in CSV',
      () => ({ csv: `id,person,audio\na,${person},recorded\na,${person},recorded\n` }),
      400,
      /^row 3, column id: "a" is also the id of row 2/,
    ],
    [
      'for a person nobody knows',
      () => ({ items: items(1, { personId: 'p_nobody' }) }),
      404,
      /^items\.0\.personId: there is no person p_nobody/,
    ],
    [
      'for a person nobody knows in CSV',
      () => ({ csv: 'id,person,audio\na,p_nobody,recorded\n' }),
      404,
      /^row 2, column person: there is no person p_nobody/,
    ],
    [
      'with an upload that is not there',
      () => ({ items: items(1, { audio: { uploadId: upload } }) }),
      404,
      /^items\.0\.audio: the upload u_a+ is not there/,
    ],
    [
      'with an address that leads inside',
      () => ({ items: items(1, { audio: { url: 'http://10.0.0.1/a.wav' } }) }),
      400,
      /^items\.0\.audio: The address .* is refused: its host is a private network/,
    ],
    [
      'with parameters that are wrong',
      () => ({ items: items(2, { params: { render: { steps: 0 } } }) }),
      400,
      /items\.0: [^]*render\.steps/,
    ],
    [
      'with a default that is wrong',
      () => ({ items: items(1), defaults: { params: { rendr: {} } } }),
      400,
      /rendr: there is no such stage/,
    ],
    [
      'with a window of no length',
      () => ({ items: items(1), window: { from: '22:00', to: '22:00', timeZone: 'UTC' } }),
      400,
      /window: .*no length/,
    ],
    [
      'with a time that is none',
      () => ({ items: items(1), window: { from: '25:00', to: '06:00', timeZone: 'UTC' } }),
      400,
      /window: .*"25:00"/,
    ],
    [
      'with a zone nobody knows',
      () => ({ items: items(1), window: { from: '22:00', to: '06:00', timeZone: 'Mars' } }),
      400,
      /window: .*"Mars" is not known/,
    ],
    ['with a priority of six', () => ({ items: items(1), priority: 6 }), 400, /priority: must be at most 5/],
    [
      'with a callback that leads inside',
      () => ({ items: items(1), callbackUrl: 'http://localhost:80@10.0.0.1/' }),
      400,
      /refused/,
    ],
    [
      'with a field nobody knows',
      () => ({ items: items(1, { sed: 1 }) }),
      400,
      /items\.0\.sed: there is no such field/,
    ],
  ])('%s', async (_, body, status, message) => {
    const before = await api.database.db.$count(batches);
    const answer = await caller.post('/v1/batches', body()).expect(status);
    expect(refusal(answer).message).toMatch(message);
    expect(await api.database.db.$count(batches)).toBe(before);
  });

  it('of 100,001 items', async () => {
    const answer = await caller
      .post('/v1/batches', {
        csv: `id,person,audio\n${Array.from({ length: 100_001 }, (_, n) => `${n},p,recorded\n`).join('')}`,
      })
      .expect(400);
    expect(refusal(answer).message).toBe('csv: has more than 100000 items.');
  });

  it('for a person that is not ready, or an upload of someone else or of another kind', async () => {
    const fresh = await personOf(api, caller);
    expect(
      refusal(await caller.post('/v1/batches', { items: items(1, { personId: fresh }) }).expect(409)).message,
    ).toBe(`items.0.personId: the person ${fresh} is queued; there is no portrait yet.`);
    const foreign = await uploadOf(api, caller, WAV, { kind: 'audio', personId: fresh, contentType: 'audio/wav' });
    expect(
      refusal(await caller.post('/v1/batches', { items: items(1, { audio: { uploadId: foreign } }) }).expect(400))
        .message,
    ).toContain('is not of this person');
    const sound = await uploadOf(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' });
    expect(
      refusal(await caller.post('/v1/batches', { items: items(1, { pose: { uploadId: sound } }) }).expect(400)).message,
    ).toContain('items.0.pose: the upload');
    const open = (
      (await caller.post('/v1/uploads', { kind: 'audio', personId: person, bytes: 10, contentType: 'audio/wav' }))
        .body as { id: string }
    ).id;
    expect(
      refusal(await caller.post('/v1/batches', { items: items(1, { audio: { uploadId: open } }) }).expect(409)).message,
    ).toContain('is not complete');
  });

  it('by keys without the scope', async () => {
    await api
      .as(await api.key('studio', ['read', 'train']))
      .post('/v1/batches', { items: items(1) })
      .expect(403);
  });

  it('when another body comes with the same idempotency key', async () => {
    const first = await caller
      .post('/v1/batches', { items: items(1) })
      .set('Idempotency-Key', 'night-1')
      .expect(202);
    const again = await caller
      .post('/v1/batches', { items: items(1) })
      .set('Idempotency-Key', 'night-1')
      .expect(202);
    expect((again.body as BatchView).id).toBe((first.body as BatchView).id);
    await caller
      .post('/v1/batches', { items: items(2) })
      .set('Idempotency-Key', 'night-1')
      .expect(409);
  });
});

describe('the course of a batch', () => {
  it('is told by its counts, items and manifest', async () => {
    const { id } = await make({
      items: [...items(3), { id: '@home', personId: person, audio: 'recorded' }],
      concurrency: 2,
    });
    const [first, second, third, fourth] = await claim(id, 'one');
    expect(await get(id)).toMatchObject({
      counts: { total: 4, waiting: 2, running: 2 },
      progress: 0,
      secondsPerItem: null,
      forecastAt: null,
    });
    await finish(first!.video);
    await fail(id, second!.video);
    expect(await get(id)).toMatchObject({
      counts: { waiting: 0, running: 2, done: 1, failed: 1 },
      progress: 0.5,
      secondsPerItem: expect.any(Number),
      forecastAt: expect.any(String),
      seconds: 2,
      coreSeconds: 30,
    });
    await finish(third!.video);
    await finish(fourth!.video);
    await end(id);
    expect(await get(id)).toMatchObject({
      status: 'done',
      counts: { total: 4, done: 3, failed: 1 },
      progress: 1,
      forecastAt: null,
      seconds: 6,
      coreSeconds: 90,
      finishedAt: expect.any(String),
    });

    expect((await itemsOf(id, '?status=failed')).map((item) => [item.id, item.error])).toEqual([
      ['item 1', { code: 'INPUT_UNREADABLE', message: 'It is no sound.', hint: 'Look.', at: null }],
    ]);
    const page = (await caller.get(`/v1/batches/${id}/items?limit=3`).expect(200)).body as {
      data: BatchItemView[];
      nextCursor: string;
    };
    const rest = (await caller.get(`/v1/batches/${id}/items?limit=3&cursor=${page.nextCursor}`).expect(200)).body as {
      data: BatchItemView[];
      nextCursor: null;
    };
    expect([...page.data, ...rest.data].map((item) => item.id)).toEqual(['item 0', 'item 1', 'item 2', '@home']);
    const one = (await caller.get(`/v1/batches/${id}/items/${encodeURIComponent('item 0')}`).expect(200))
      .body as BatchItemView;
    expect(one).toMatchObject({ status: 'done', attempt: 1, seconds: 2, error: null });
    expect(one.files.map(({ name, link }) => [name, link!.url.includes(name)]).sort()).toEqual([
      ['video.json', true],
      ['video.mp4', true],
    ]);
    expect(await itemsOf(id, `?cursor=${Buffer.from('9'.repeat(15)).toString('base64url')}`)).toEqual([]);
    await caller.get(`/v1/batches/${id}/items?cursor=none`).expect(400);
    await caller.get(`/v1/batches/${id}/items/nothing`).expect(404);

    const manifest = manifestSchema.parse(
      (
        await caller
          .get(`/v1/batches/${id}/manifest.json`)
          .expect(200)
          .expect('content-type', /application\/json/)
      ).body,
    );
    expect(manifest.batch).toEqual(await get(id));
    expect(
      manifest.items.map(({ id: item, status, url, sha256, seconds, errorCode }) => [
        item,
        status,
        url === null ? null : new URL(url).searchParams.get('expires'),
        sha256?.length ?? null,
        seconds,
        errorCode,
      ]),
    ).toEqual([
      ['item 0', 'done', '86400', 64, 2, null],
      ['item 1', 'failed', null, null, null, 'INPUT_UNREADABLE'],
      ['item 2', 'done', '86400', 64, 2, null],
      ['@home', 'done', '86400', 64, 2, null],
    ]);
    const csv = await caller
      .get(`/v1/batches/${id}/manifest.csv?linkSeconds=0`)
      .expect(200)
      .expect('content-type', /text\/csv/)
      .expect('content-disposition', `attachment; filename="${id}.csv"`);
    expect(
      (parse(csv.text, { columns: true }) as Record<string, string>[]).map(
        ({ id: item, status, url, error_message: error }) => [item, status, url, error],
      ),
    ).toEqual([
      ['item 0', 'done', '', ''],
      ['item 1', 'failed', '', 'It is no sound.'],
      ['item 2', 'done', '', ''],
      ["'@home", 'done', '', ''],
    ]);
    await caller.get(`/v1/batches/${id}/manifest.json?linkSeconds=604801`).expect(400);
  });

  it('is cancelled once, with what waits and what is under way', async () => {
    const { id } = await make({ items: items(3) });
    const [first] = await claim(id, 'one', 2);
    await finish(first!.video);
    const cancelled = (await caller.post(`/v1/batches/${id}:cancel`).expect(202)).body as BatchView;
    expect(cancelled).toMatchObject({ status: 'cancelled', counts: { done: 1, cancelled: 2, waiting: 0, running: 0 } });
    expect(api.engine.calls).toContain(`cancel ${batchWorkflowId(id)}`);
    expect(refusal(await caller.post(`/v1/batches/${id}:cancel`).expect(409)).message).toContain(
      'is cancelled; there is nothing to cancel',
    );
    expect(await claim(id, 'two')).toEqual([]);
    await end(id, 'cancelled');
    expect((await get(id)).status).toBe('cancelled');
  });

  it('that never began tells its end itself when it is cancelled', async () => {
    api.engine.away = true;
    const { id } = await make({ items: items(1) });
    api.engine.away = false;
    await caller.post(`/v1/batches/${id}:cancel`).expect(202);
    expect(await api.database.db.select({ type: events.type }).from(events).where(eq(events.batch, id))).toEqual([
      { type: 'batch.completed' },
    ]);
    expect(EVENT_TYPES).toContain('batch.completed');
  });

  it('goes on with what failed: all, or some', async () => {
    const { id } = await make({ items: items(4) });
    const [a, b, c, d] = await claim(id, 'one');
    await finish(a!.video);
    for (const { video } of [b!, c!, d!]) await fail(id, video);
    await end(id);
    expect(refusal(await caller.post(`/v1/batches/${id}:retry`, { items: ['item 0'] }).expect(409)).message).toContain(
      '"item 0"',
    );
    expect(
      refusal(await caller.post(`/v1/batches/${id}:retry`, { items: ['item 1', 'nothing'] }).expect(404)).message,
    ).toContain('has no item "nothing"');
    expect((await get(id)).counts.failed).toBe(3);

    await caller.post(`/v1/batches/${id}:retry`, { items: ['item 1'] }).expect(202);
    await api.app.get(BatchStarter).idle();
    expect(await get(id)).toMatchObject({
      status: 'running',
      counts: { done: 1, waiting: 1, failed: 2 },
      finishedAt: null,
    });
    expect(api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
    const [again] = await claim(id, 'two');
    expect(again!.video).toBe(b!.video);
    await finish(again!.video);

    // While it runs: the workflow hears of more items.
    await caller.post(`/v1/batches/${id}:retry`).expect(202);
    await api.app.get(BatchStarter).idle();
    expect(api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
    expect((await claim(id, 'three')).map(({ video }) => video)).toEqual([c!.video, d!.video]);
    for (const { video } of [c!, d!]) await finish(video);
    await end(id);
    expect(await get(id)).toMatchObject({ status: 'done', counts: { done: 4, failed: 0 } });
    expect(refusal(await caller.post(`/v1/batches/${id}:retry`).expect(409)).message).toContain('has failed');
    expect((await itemsOf(id)).map(({ attempt }) => attempt)).toEqual([1, 2, 2, 2]);
  });

  it('that was cancelled goes on with the unfinished', async () => {
    const { id } = await make({ items: items(3) });
    const [a] = await claim(id, 'one', 1);
    await finish(a!.video);
    await caller.post(`/v1/batches/${id}:cancel`).expect(202);
    await end(id, 'cancelled');
    await caller.post(`/v1/batches/${id}:retry`).expect(409);
    await caller.post(`/v1/batches/${id}:retry`, { items: 'unfinished' }).expect(202);
    await api.app.get(BatchStarter).idle();
    expect(await get(id)).toMatchObject({ status: 'running', counts: { done: 1, waiting: 2, cancelled: 0 } });
    expect(await claim(id, 'two')).toHaveLength(2);
  });
});
