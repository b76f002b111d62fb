// Batches and webhooks over real Temporal and MinIO, with stages that do no work: CSV with invalid items, manifest,
// signed webhook, retry of failed items, a lost workflow, a cancelled batch.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchBookkeeping,
  createApi,
  DEFAULT_OPTIONS,
  DeliveriesService,
  EventFeed,
  firstBytesOf,
  IN_MEMORY,
  KeysService,
  MediaImporter,
  mediaFetcher,
  openDatabase,
  peopleBookkeeping,
  TemporalEngine,
  type Database,
} from '@portrait/api';
import { answer, openClient, uploadFile, type ApiClient, type components } from '@portrait/api-client';
import { verifyWebhook } from '@portrait/api-client/webhooks';
import { batchWorkflowId } from '@portrait/contracts';
import { fixtureRegistry } from '@portrait/stage-kit';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

type Batch = components['schemas']['Batch'];

const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(1000, 7)]);
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

const title = notSupported === null ? 'batches' : `batches (not supported, because ${notSupported})`;
(notSupported === null ? describe : describe.skip)(title, () => {
  let system: TestSystem;
  let database: Database;
  let app: Awaited<ReturnType<typeof createApi>>;
  let client: ApiClient;
  let person: string;
  /** Serves speech, pages and nothing; takes webhooks. */
  let outside: Server;
  let base: string;
  const hooks: { headers: IncomingMessage['headers']; body: string }[] = [];
  let lateIsThere = false;

  beforeAll(async () => {
    outside = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://x');
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          if (pathname === '/hook') hooks.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
          if (pathname === '/page')
            response.setHeader('content-type', 'text/html').end('<!doctype html><p>Sign in</p>');
          else if (pathname === '/late.wav' && !lateIsThere) response.writeHead(404).end();
          else response.end(Buffer.concat([WAV, Buffer.from(pathname)]));
        });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => outside.once('listening', resolve));
    const { port } = outside.address() as AddressInfo;
    base = `http://127.0.0.1:${port}`;

    system = await startTestSystem({ slots: 4 });
    const { store } = system;
    database = await openDatabase(IN_MEMORY);
    const engine = new TemporalEngine(() => Promise.resolve(system.client));
    const guard = { allow: { networks: ['127.0.0.1'], ports: [port] } };
    const registry = () => Promise.resolve(fixtureRegistry());
    app = await createApi({
      database,
      engine,
      store,
      eraser: store,
      log,
      guard,
      registry,
      fetcher: mediaFetcher(store, guard),
      checks: {},
      firstBytes: firstBytesOf(store),
      options: { ...DEFAULT_OPTIONS, refreshMs: 100, intakeMs: 300, ratePerMinute: 1e6, heartbeatSeconds: 10 },
    });
    await app.listen(0, '127.0.0.1');
    const people = peopleBookkeeping({ database, store, eraser: store, engine, log }, () => {
      app.get(EventFeed).notify();
      app.get(DeliveriesService).wake();
    });
    Object.assign(
      system.bookkeeping,
      people,
      batchBookkeeping({
        db: database.db,
        store,
        eraser: store,
        registry,
        media: app.get(MediaImporter),
        tell: people.tell,
        log,
        heartbeatSeconds: 10,
      }),
    );
    const { key } = await app.get(KeysService).createFor('studio', { name: 'of a spec', scopes: ['admin'] });
    client = openClient({ url: await app.getUrl(), key });

    const consent = await answer(
      client.POST('/v1/consents', {
        body: { grantedBy: 'Anna', subject: 'Anna', date: '2026-01-31', purpose: 'Course' },
      }),
    );
    const upload = await uploadFile(
      client,
      { size: MP4.length, slice: async (start, end) => new Uint8Array(MP4.subarray(start, end)) },
      { kind: 'video', contentType: 'video/mp4' },
    );
    person = (
      await answer(client.POST('/v1/people', { body: { consentId: consent.id, video: { uploadId: upload.id } } }))
    ).id;
    while ((await answer(client.GET('/v1/people/{id}', { params: { path: { id: person } } }))).status !== 'ready')
      await sleep(100);
  });
  afterAll(async () => {
    await app?.close();
    await system?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
    outside?.closeAllConnections();
    outside?.close();
  });

  const path = (id: string) => ({ params: { path: { id } } });
  const get = (id: string): Promise<Batch> => answer(client.GET('/v1/batches/{id}', path(id)));
  const manifestOf = (id: string) => answer(client.GET('/v1/batches/{id}/manifest.json', path(id)));
  async function until(id: string, wanted: (batch: Batch) => boolean): Promise<Batch> {
    for (;;) {
      const batch = await get(id);
      if (wanted(batch)) return batch;
      await sleep(100);
    }
  }

  it('renders every good item once, lists the others with reasons, and tells when it is done', async () => {
    const { secret } = await answer(
      client.POST('/v1/webhooks', { body: { url: `${base}/hook`, events: ['batch.completed'] } }),
    );
    const rows = Array.from(
      { length: 24 },
      (_, n) =>
        `good ${n},${person},${n % 3 === 0 ? '' : `${base}/${n}.wav`},${n % 3 === 0 ? 'recorded' : ''},${1000 + n}`,
    );
    rows.splice(5, 0, `a page,${person},${base}/page,,1100`, `not there yet,${person},${base}/late.wav,,1101`);
    const csv = ['id,person,audio_url,audio,seed', ...rows].join('\n');
    const { id } = await answer(client.POST('/v1/batches', { body: { csv, concurrency: 4 } }));
    const done = await until(id, ({ status }) => status === 'done');
    expect(done).toMatchObject({
      counts: { total: 26, waiting: 0, running: 0, done: 24, failed: 2, cancelled: 0 },
      progress: 1,
      secondsPerItem: expect.any(Number),
    });
    for (let n = 0; n < 24; n++) expect([n, await system.count(`render.${1000 + n}.runs`)]).toEqual([n, 1]);

    const { items } = await manifestOf(id);
    expect(
      items
        .filter(({ status }) => status === 'failed')
        .map(({ id: item, errorCode, errorMessage }) => [item, errorCode, errorMessage]),
    ).toEqual([
      ['a page', 'INPUT_UNREADABLE', expect.stringContaining('web page (HTML)')],
      ['not there yet', 'NOT_FOUND', expect.stringContaining('404')],
    ]);
    for (const { status, url, bytes, sha256: expected } of items) {
      if (status !== 'done') continue;
      const fetched = Buffer.from(await (await fetch(url!)).arrayBuffer());
      expect([fetched.length, sha256(fetched)]).toEqual([bytes, expected]);
    }

    while (hooks.length === 0) await sleep(50);
    expect(hooks).toHaveLength(1);
    await verifyWebhook({ body: hooks[0]!.body, header: hooks[0]!.headers['portrait-signature'] as string, secret });
    expect(JSON.parse(hooks[0]!.body)).toMatchObject({ type: 'batch.completed', batchId: id });

    lateIsThere = true;
    await answer(client.POST('/v1/batches/{id}:retry', { ...path(id), body: { items: ['not there yet'] } }));
    expect(await until(id, ({ status }) => status === 'done')).toMatchObject({
      counts: { total: 26, done: 25, failed: 1 },
    });
    expect(await system.count('render.1101.runs')).toBe(1);
    expect(await system.count('render.1000.runs')).toBe(1);
  });

  it('goes on when its workflow is lost, with what was under way', async () => {
    const items = Array.from({ length: 6 }, (_, n) => ({
      id: `${n}`,
      personId: person,
      audio: 'recorded' as const,
      seed: 2000 + n,
      params: { render: { trouble: { takes: 1500 } } },
    }));
    const { id } = await answer(client.POST('/v1/batches', { body: { items, concurrency: 2 } }));
    await until(id, ({ counts }) => counts.done >= 1 && counts.running > 0);
    await system.client.workflow.getHandle(batchWorkflowId(id)).terminate('by the spec');
    // Only what has not been touched for a while is taken to be lost.
    await database.db.execute(`UPDATE batches SET updated_at = now() - interval '2 minutes' WHERE id = '${id}'`);
    const done = await until(id, ({ status, counts }) => status === 'done' || counts.failed > 0);
    expect(done.counts).toMatchObject({ total: 6, done: 6, failed: 0 });
  });

  it('stops with what is under way, once', async () => {
    const items = Array.from({ length: 8 }, (_, n) => ({
      id: `${n}`,
      personId: person,
      audio: 'recorded' as const,
      seed: 3000 + n,
      params: { render: { trouble: { takes: n === 0 ? 0 : 600_000 } } },
    }));
    const { id } = await answer(client.POST('/v1/batches', { body: { items, concurrency: 3 } }));
    const running = await until(id, ({ counts }) => counts.done === 1 && counts.running === 3);
    expect(running.counts).toMatchObject({ total: 8, waiting: 4 });
    await answer(client.POST('/v1/batches/{id}:cancel', path(id)));
    await expect(answer(client.POST('/v1/batches/{id}:cancel', path(id)))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(system.client.workflow.getHandle(batchWorkflowId(id)).result()).rejects.toThrow();
    expect(await get(id)).toMatchObject({
      status: 'cancelled',
      counts: { done: 1, cancelled: 7, running: 0, waiting: 0 },
    });
    await answer(client.POST('/v1/batches/{id}:retry', { ...path(id), body: { items: ['7'] } }));
    await until(id, ({ counts }) => counts.running === 1);
    await answer(client.POST('/v1/batches/{id}:cancel', path(id)));
    while (hooks.filter(({ body }) => body.includes(id)).length < 2) await sleep(50);
  });
});
