import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { batchWorkflowId, type RenderBatchInput } from '@portrait/contracts';
import type { BatchView } from '@portrait/contracts/api';
import { eq, sql } from 'drizzle-orm';
import request from 'supertest';
import { batches, batchItems } from '../database/schema.js';
import { BatchFixture } from '../testing/batch-fixture.js';
import { createUpload, WAV } from '../testing/test-api.js';
import { BatchStarter } from './batch-starter.js';

const fixture = new BatchFixture();

describe('creating a batch', () => {
  it('accepts JSON items and starts with window, priority and concurrency', async () => {
    const window = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
    const made = await fixture.create({
      name: 'Course',
      items: fixture.items(3),
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
    // The workflow starts in the background.
    while ((await fixture.get(made.id)).startedAt === null) await sleep(5);
    expect(fixture.api.engine.started.get(batchWorkflowId(made.id))!.input).toEqual({
      tenant: 'studio',
      batch: made.id,
      window,
      concurrency: 8,
      priority: 2,
    } satisfies RenderBatchInput);
  });

  it('accepts CSV items', async () => {
    const upload = await createUpload(fixture.api, fixture.caller, WAV, {
      kind: 'audio',
      personId: fixture.person,
      contentType: 'audio/wav',
    });
    const { id } = await fixture.create({
      csv: [
        'id,person,upload_id,audio,priority,metadata.title',
        `a,${fixture.person},${upload},,5,First`,
        `b,${fixture.person},,recorded,,`,
        `=c,${fixture.person},,recorded,1,`,
      ].join('\n'),
    });
    expect((await fixture.itemsOf(id)).map((item) => [item.id, item.status, item.metadata])).toEqual([
      ['=c', 'waiting', {}],
      ['b', 'waiting', {}],
      ['a', 'waiting', { title: 'First' }],
    ]);
  });

  it('accepts large bodies from valid keys only', async () => {
    const many = { items: fixture.items(12_000, { metadata: { note: 'x'.repeat(60) } }) };
    expect((await fixture.create(many)).counts.total).toBe(12_000);
    expect(
      (
        await request(fixture.api.app.getHttpServer() as never)
          .post('/v1/batches')
          .send(many)
      ).status,
    ).toBe(413);
  });

  it('overlays items on the defaults', async () => {
    const { id } = await fixture.create({
      items: [
        { ...fixture.items(1)[0], seed: 7, params: { render: { steps: 3 } } },
        { id: 'other', personId: fixture.person, audio: 'recorded' },
      ],
      defaults: { background: '#204060', seed: 2, params: { render: { steps: 5, noise: 1 } }, shards: 3 },
    });
    const rows = await fixture.api.database.db
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

  it('starts once Temporal is reachable', async () => {
    fixture.api.engine.unreachable = true;
    const made = await fixture.create({ items: fixture.items(1) });
    expect((await fixture.get(made.id)).status).toBe('queued');
    fixture.api.engine.unreachable = false;
    await fixture.api.app.get(BatchStarter).sweep();
    await fixture.api.app.get(BatchStarter).idle();
    expect((await fixture.get(made.id)).status).toBe('running');
  });

  it('restarts after losing its workflow, with the items that were running', async () => {
    const { id } = await fixture.create({ items: fixture.items(2) });
    await fixture.claim(id, 'lost', 1);
    fixture.api.engine.setEnded(batchWorkflowId(id));
    await fixture.api.app.get(BatchStarter).sweep();
    expect((await fixture.get(id)).counts.running).toBe(1);
    await fixture.api.database.db
      .update(batches)
      .set({ updatedAt: sql`now() - interval '2 minutes'` as never })
      .where(eq(batches.id, id));
    await fixture.api.app.get(BatchStarter).sweep();
    await fixture.api.app.get(BatchStarter).idle();
    expect(await fixture.get(id)).toMatchObject({ status: 'running', counts: { waiting: 2, running: 0 } });
    expect(fixture.api.engine.started.get(batchWorkflowId(id))!.times).toBe(2);
  });

  it('is paused outside its window and shows the next opening', async () => {
    const hour = (offset: number): string => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
    const window = { from: hour(2), to: hour(4), timeZone: 'UTC' };
    const { id } = await fixture.create({ items: fixture.items(1), window });
    expect(await fixture.get(id)).toMatchObject({
      status: 'paused',
      pausedUntil: expect.stringContaining(`T${window.from}:00`),
    });
  });

  it('lists batches of the tenant newest first, by status', async () => {
    const { id } = await fixture.create({ items: fixture.items(1) });
    const list = (await fixture.caller.get('/v1/batches?limit=2').expect(200)).body as {
      data: BatchView[];
      nextCursor: string;
    };
    expect(list.data[0]!.id).toBe(id);
    expect(list.data[0]!.counts.total).toBe(1);
    const next = (await fixture.caller.get(`/v1/batches?limit=2&cursor=${list.nextCursor}`).expect(200)).body as {
      data: BatchView[];
    };
    expect(next.data.some((batch) => list.data.some((seen) => seen.id === batch.id))).toBe(false);
    expect(
      ((await fixture.caller.get('/v1/batches?status=cancelled').expect(200)).body as { data: BatchView[] }).data
        .map(({ status }) => status)
        .filter((status) => status !== 'cancelled'),
    ).toEqual([]);
    const other = fixture.api.as(await fixture.api.key('other'));
    for (const path of ['', '/items', '/items/x', '/manifest.json', '/manifest.csv'])
      await other.get(`/v1/batches/${id}${path}`).expect(404);
    for (const verb of ['cancel', 'retry']) await other.post(`/v1/batches/${id}:${verb}`, {}).expect(404);
  });
});
