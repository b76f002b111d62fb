import { describe, expect, it } from '@jest/globals';
import { batchWorkflowId } from '@portrait/contracts';
import { EVENT_TYPES, manifestSchema, type BatchItemView, type BatchView } from '@portrait/contracts/api';
import { parse } from 'csv-parse/sync';
import { eq } from 'drizzle-orm';
import { events } from '../database/schema.js';
import { BatchFixture, refusal } from '../testing/batch-fixture.js';
import { BatchStarter } from './batch-starter.js';

const fixture = new BatchFixture();

describe('the life of a batch', () => {
  it('shows in counts, items and manifest', async () => {
    const { id } = await fixture.create({
      items: [...fixture.items(3), { id: '@home', personId: fixture.person, audio: 'recorded' }],
      concurrency: 2,
    });
    const [first, second, third, fourth] = await fixture.claim(id, 'one');
    expect(await fixture.get(id)).toMatchObject({
      counts: { total: 4, waiting: 2, running: 2 },
      progress: 0,
      secondsPerItem: null,
      forecastAt: null,
    });
    await fixture.finish(first!.video);
    await fixture.fail(id, second!.video);
    expect(await fixture.get(id)).toMatchObject({
      counts: { waiting: 0, running: 2, done: 1, failed: 1 },
      progress: 0.5,
      secondsPerItem: expect.any(Number),
      forecastAt: expect.any(String),
      seconds: 2,
      coreSeconds: 30,
    });
    await fixture.finish(third!.video);
    await fixture.finish(fourth!.video);
    await fixture.end(id);
    expect(await fixture.get(id)).toMatchObject({
      status: 'done',
      counts: { total: 4, done: 3, failed: 1 },
      progress: 1,
      forecastAt: null,
      seconds: 6,
      coreSeconds: 90,
      finishedAt: expect.any(String),
    });

    expect((await fixture.itemsOf(id, '?status=failed')).map((item) => [item.id, item.error])).toEqual([
      ['item 1', { code: 'INPUT_UNREADABLE', message: 'It is no sound.', hint: 'Look.', at: null }],
    ]);
    const page = (await fixture.caller.get(`/v1/batches/${id}/items?limit=3`).expect(200)).body as {
      data: BatchItemView[];
      nextCursor: string;
    };
    const rest = (await fixture.caller.get(`/v1/batches/${id}/items?limit=3&cursor=${page.nextCursor}`).expect(200))
      .body as {
      data: BatchItemView[];
      nextCursor: null;
    };
    expect([...page.data, ...rest.data].map((item) => item.id)).toEqual(['item 0', 'item 1', 'item 2', '@home']);
    const one = (await fixture.caller.get(`/v1/batches/${id}/items/${encodeURIComponent('item 0')}`).expect(200))
      .body as BatchItemView;
    expect(one).toMatchObject({ status: 'done', attempt: 1, seconds: 2, error: null });
    expect(one.files.map(({ name, link }) => [name, link!.url.includes(name)]).sort()).toEqual([
      ['video.json', true],
      ['video.mp4', true],
    ]);
    expect(await fixture.itemsOf(id, `?cursor=${Buffer.from('9'.repeat(15)).toString('base64url')}`)).toEqual([]);
    await fixture.caller.get(`/v1/batches/${id}/items?cursor=none`).expect(400);
    await fixture.caller.get(`/v1/batches/${id}/items/nothing`).expect(404);

    const manifest = manifestSchema.parse(
      (
        await fixture.caller
          .get(`/v1/batches/${id}/manifest.json`)
          .expect(200)
          .expect('content-type', /application\/json/)
      ).body,
    );
    expect(manifest.batch).toEqual(await fixture.get(id));
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
    const csv = await fixture.caller
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
    await fixture.caller.get(`/v1/batches/${id}/manifest.json?linkSeconds=604801`).expect(400);
  });

  it('is cancelled once, with waiting and running items', async () => {
    const { id } = await fixture.create({ items: fixture.items(3) });
    const [first] = await fixture.claim(id, 'one', 2);
    await fixture.finish(first!.video);
    const cancelled = (await fixture.caller.post(`/v1/batches/${id}:cancel`).expect(202)).body as BatchView;
    expect(cancelled).toMatchObject({ status: 'cancelled', counts: { done: 1, cancelled: 2, waiting: 0, running: 0 } });
    expect(fixture.api.engine.calls).toContain(`cancel ${batchWorkflowId(id)}`);
    expect(refusal(await fixture.caller.post(`/v1/batches/${id}:cancel`).expect(409)).message).toContain(
      'is cancelled; there is nothing to cancel',
    );
    expect(await fixture.claim(id, 'two')).toEqual([]);
    await fixture.end(id, 'cancelled');
    expect((await fixture.get(id)).status).toBe('cancelled');
  });

  it('publishes its end when it is cancelled before the start', async () => {
    fixture.api.engine.unreachable = true;
    const { id } = await fixture.create({ items: fixture.items(1) });
    fixture.api.engine.unreachable = false;
    await fixture.caller.post(`/v1/batches/${id}:cancel`).expect(202);
    expect(
      await fixture.api.database.db.select({ type: events.type }).from(events).where(eq(events.batch, id)),
    ).toEqual([{ type: 'batch.completed' }]);
    expect(EVENT_TYPES).toContain('batch.completed');
  });

  it('retries all failed items, or some', async () => {
    const { id } = await fixture.create({ items: fixture.items(4) });
    const [a, b, c, d] = await fixture.claim(id, 'one');
    await fixture.finish(a!.video);
    for (const { video } of [b!, c!, d!]) await fixture.fail(id, video);
    await fixture.end(id);
    expect(
      refusal(await fixture.caller.post(`/v1/batches/${id}:retry`, { items: ['item 0'] }).expect(409)).message,
    ).toContain('"item 0"');
    expect(
      refusal(await fixture.caller.post(`/v1/batches/${id}:retry`, { items: ['item 1', 'nothing'] }).expect(404))
        .message,
    ).toContain('has no item "nothing"');
    expect((await fixture.get(id)).counts.failed).toBe(3);

    await fixture.caller.post(`/v1/batches/${id}:retry`, { items: ['item 1'] }).expect(202);
    await fixture.api.app.get(BatchStarter).idle();
    expect(await fixture.get(id)).toMatchObject({
      status: 'running',
      counts: { done: 1, waiting: 1, failed: 2 },
      finishedAt: null,
    });
    expect(fixture.api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
    const [again] = await fixture.claim(id, 'two');
    expect(again!.video).toBe(b!.video);
    await fixture.finish(again!.video);

    // The running workflow receives a signal; no new one starts.
    await fixture.caller.post(`/v1/batches/${id}:retry`).expect(202);
    await fixture.api.app.get(BatchStarter).idle();
    expect(fixture.api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
    expect((await fixture.claim(id, 'three')).map(({ video }) => video)).toEqual([c!.video, d!.video]);
    for (const { video } of [c!, d!]) await fixture.finish(video);
    await fixture.end(id);
    expect(await fixture.get(id)).toMatchObject({ status: 'done', counts: { done: 4, failed: 0 } });
    expect(refusal(await fixture.caller.post(`/v1/batches/${id}:retry`).expect(409)).message).toContain('has failed');
    expect((await fixture.itemsOf(id)).map(({ attempt }) => attempt)).toEqual([1, 2, 2, 2]);
  });

  it('continues with unfinished items after a cancellation', async () => {
    const { id } = await fixture.create({ items: fixture.items(3) });
    const [a] = await fixture.claim(id, 'one', 1);
    await fixture.finish(a!.video);
    await fixture.caller.post(`/v1/batches/${id}:cancel`).expect(202);
    await fixture.end(id, 'cancelled');
    await fixture.caller.post(`/v1/batches/${id}:retry`).expect(409);
    await fixture.caller.post(`/v1/batches/${id}:retry`, { items: 'unfinished' }).expect(202);
    await fixture.api.app.get(BatchStarter).idle();
    expect(await fixture.get(id)).toMatchObject({ status: 'running', counts: { done: 1, waiting: 2, cancelled: 0 } });
    expect(await fixture.claim(id, 'two')).toHaveLength(2);
  });
});
