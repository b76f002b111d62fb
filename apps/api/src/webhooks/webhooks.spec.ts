import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { replayGuardInMemory, verifyWebhook } from '@portrait/api-client/webhooks';
import { EVENT_TYPES, type DeliveryView } from '@portrait/contracts/api';
import { eq } from 'drizzle-orm';
import { useTestApi, createPerson, type Caller } from '../testing/test-api.js';
import { audit, idempotency, people, webhookDeliveries } from '../database/schema.js';

interface Received {
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
interface Made {
  id: string;
  secret: string;
}

const allow = { networks: ['127.0.0.1'], ports: [] as number[] };
const api = useTestApi({}, null, { allow });
let receiver: Server;
let base: string;
let received: Received[];
let status: number;
let admin: Caller;

beforeAll(async () => {
  receiver = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        received.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer.writeHead(status).end('said');
      });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  allow.ports.push((receiver.address() as AddressInfo).port);
  base = `http://127.0.0.1:${allow.ports[0]}`;
});
beforeEach(async () => {
  received = [];
  status = 200;
  admin = api.as(await api.key());
  for (const { id } of ((await admin.get('/v1/webhooks?limit=200')).body as { data: Made[] }).data)
    await admin.delete(`/v1/webhooks/${id}`);
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

const made = async (body: object = {}): Promise<Made> =>
  (await admin.post('/v1/webhooks', { url: `${base}/hook`, ...body }).expect(201)).body as Made;
const deliveries = async (query = ''): Promise<DeliveryView[]> =>
  ((await admin.get(`/v1/deliveries${query}`).expect(200)).body as { data: DeliveryView[] }).data;
async function until<T>(look: () => Promise<T> | T, good: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (good(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const codeOf = (answer: { body: unknown }): string => (answer.body as { error: { code: string } }).error.code;

describe('webhooks', () => {
  it('are created with a secret that is shown once and absent from lists, logs and audit', async () => {
    const { id, secret } = await made();
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const shown = (await admin.get(`/v1/webhooks/${id}`).expect(200)).body as object;
    expect(shown).toEqual({
      id,
      url: `${base}/hook`,
      events: [...EVENT_TYPES],
      active: true,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const elsewhere = JSON.stringify([
      shown,
      (await admin.get('/v1/webhooks')).body,
      await api.database.db.select().from(audit),
      await api.database.db.select().from(idempotency),
      api.logged,
    ]);
    expect(elsewhere).toContain(id);
    expect(elsewhere).not.toContain(secret);
    expect(
      codeOf(
        await admin
          .post('/v1/webhooks', { url: `${base}/hook` })
          .set('Idempotency-Key', 'k')
          .expect(400),
      ),
    ).toBe('INVALID_ARGUMENT');
  });

  it.each([
    'http://10.0.0.1/hook',
    'http://169.254.169.254/',
    'http://[::1]/',
    'http://0x7f000001/',
    'http://example.com:22/',
    'http://a:b@example.com/',
    'ftp://example.com/',
    'nowhere',
  ])('are refused with the address %s', async (url) => {
    expect(codeOf(await admin.post('/v1/webhooks', { url }).expect(400))).toBe('INVALID_ARGUMENT');
    const { id } = await made();
    expect(codeOf(await admin.patch(`/v1/webhooks/${id}`, { url }).expect(400))).toBe('INVALID_ARGUMENT');
  });

  it('are refused with an unknown event type', async () => {
    const { body } = await admin.post('/v1/webhooks', { url: base, events: ['video.redy'] }).expect(400);
    expect((body as { error: { message: string } }).error.message).toContain('events.0');
    await admin.post('/v1/webhooks', { url: base, events: [] }).expect(400);
  });

  it('are paged, newest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await made({ url: `${base}/${n}` })).id);
    const first = (await admin.get('/v1/webhooks?limit=2').expect(200)).body as { data: Made[]; nextCursor: string };
    const second = (await admin.get(`/v1/webhooks?limit=2&cursor=${first.nextCursor}`).expect(200)).body as {
      data: Made[];
      nextCursor: null;
    };
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('of another tenant do not exist', async () => {
    const { id } = await made();
    const other = api.as(await api.key('other'));
    for (const answer of [
      await other.get(`/v1/webhooks/${id}`),
      await other.patch(`/v1/webhooks/${id}`, { active: false }),
      await other.post(`/v1/webhooks/${id}:rotate`),
      await other.delete(`/v1/webhooks/${id}`),
    ])
      expect(answer.status).toBe(404);
    expect(((await other.get('/v1/webhooks')).body as { data: unknown[] }).data).toEqual([]);
    await admin.get(`/v1/webhooks/${id}`).expect(200);
  });

  it('require the admin scope', async () => {
    const caller = api.as(await api.key('studio', ['read', 'train', 'render']));
    await caller.get('/v1/webhooks').expect(403);
    await caller.get('/v1/deliveries').expect(403);
  });

  it('answer 404 after deletion', async () => {
    const { id } = await made();
    await admin.delete(`/v1/webhooks/${id}`).expect(204);
    await admin.get(`/v1/webhooks/${id}`).expect(404);
    await admin.delete(`/v1/webhooks/${id}`).expect(404);
  });
});

describe('event delivery', () => {
  let person: string;
  let count = 0;
  beforeAll(async () => {
    person = await createPerson(api, api.as(await api.key()), { callbackUrl: `${base}/callback` });
  });
  const tell = (
    type: 'person.training' | 'stage.failed' | 'person.ready',
    id = `of-the-spec-${count++}`,
  ): Promise<void> => api.bookkeeping.tell({ id, type, tenant: 'studio', person, stage: 'landmarks', attempt: 1 });
  const hooked = (path = '/hook'): Promise<Received> =>
    until(
      () => received.find(({ url }) => url === path),
      (found) => found !== undefined,
    ).then((found) => found!);
  const quiet = async (): Promise<void> => {
    await api.database.db.delete(webhookDeliveries);
    received = [];
  };

  it('sends a repeated event once to each subscribed webhook and callback address', async () => {
    const { id, secret } = await made({ events: ['person.training'] });
    await made({ url: `${base}/other`, events: ['video.ready'] });
    await quiet();
    await tell('person.training', 'told-twice');
    await tell('person.training', 'told-twice');
    const all = await until(deliveries, (found) => found.every(({ status }) => status === 'delivered'));
    expect(
      all.map(({ webhookId, eventId, type, url, attempts }) => [webhookId, eventId, type, url, attempts]).sort(),
    ).toEqual(
      [
        [id, 'told-twice', 'person.training', `${base}/hook`, 1],
        [null, 'told-twice', 'person.training', `${base}/callback`, 1],
      ].sort(),
    );
    expect(received).toHaveLength(2);
    const signed = received.find(({ url }) => url === '/hook')!;
    await verifyWebhook({ body: signed.body, header: signed.headers['portrait-signature'] as string, secret });
    expect(JSON.parse(signed.body)).toMatchObject({
      id: 'told-twice',
      type: 'person.training',
      personId: person,
      stage: 'landmarks',
    });
  });

  it('lets the receiver refuse a replay', async () => {
    const { secret } = await made();
    await quiet();
    await tell('person.training');
    const { body, headers } = await hooked();
    const message = { body, header: headers['portrait-signature'] as string, secret, replays: replayGuardInMemory() };
    await verifyWebhook(message);
    await expect(verifyWebhook(message)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('accepted before'),
    });
    await expect(
      verifyWebhook({ ...message, replays: replayGuardInMemory(), now: Date.now() + 301_000 }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('signs with the new secret after a rotation', async () => {
    const { id, secret } = await made();
    const { secret: fresh } = (await admin.post(`/v1/webhooks/${id}:rotate`).expect(200)).body as Made;
    expect(fresh).not.toBe(secret);
    await quiet();
    await tell('person.training');
    const { body, headers } = await hooked();
    await verifyWebhook({ body, header: headers['portrait-signature'] as string, secret: fresh });
    await expect(
      verifyWebhook({ body, header: headers['portrait-signature'] as string, secret }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('signs callback deliveries with the secret of the tenant, shown on rotation', async () => {
    const { secret } = (await admin.post('/v1/callback-secret:rotate').expect(200)).body as { secret: string };
    expect(
      (
        (
          await api
            .as(await api.key('rival'))
            .post('/v1/callback-secret:rotate')
            .expect(200)
        ).body as { secret: string }
      ).secret,
    ).not.toBe(secret);
    await quiet();
    await tell('person.training');
    const first = await hooked('/callback');
    await verifyWebhook({ body: first.body, header: first.headers['portrait-signature'] as string, secret });
    const { secret: fresh } = (await admin.post('/v1/callback-secret:rotate').expect(200)).body as { secret: string };
    await quiet();
    await tell('person.training');
    const { body, headers } = await hooked('/callback');
    await verifyWebhook({ body, header: headers['portrait-signature'] as string, secret: [secret, fresh] });
    await expect(
      verifyWebhook({ body, header: headers['portrait-signature'] as string, secret }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('logs a failed delivery and resends it on request', async () => {
    const { id } = await made();
    await quiet();
    status = 503;
    await tell('person.training');
    const [failed] = await until(
      () => deliveries(`?webhookId=${id}`),
      ([found]) => (found?.log.length ?? 0) > 0,
    );
    expect(failed).toMatchObject({
      status: 'pending',
      attempts: 1,
      deliveredAt: null,
      nextAttemptAt: expect.any(String),
      log: [{ at: expect.any(String), status: 503, ms: expect.any(Number), error: 'It answered 503: said' }],
    });
    status = 200;
    await admin.post(`/v1/deliveries/${failed!.id}:redeliver`).expect(202);
    const done = await until(
      async () => (await admin.get(`/v1/deliveries/${failed!.id}`).expect(200)).body as DeliveryView,
      ({ status: now }) => now === 'delivered',
    );
    expect(done).toMatchObject({
      attempts: 2,
      nextAttemptAt: null,
      log: [{ status: 503 }, { status: 200, error: null }],
    });
    await admin.post(`/v1/deliveries/${failed!.id}:redeliver`).expect(202);
    await until(
      async () => (await admin.get(`/v1/deliveries/${failed!.id}`)).body as DeliveryView,
      ({ log }) => log.length === 3,
    );
    const other = api.as(await api.key('other'));
    await other.post(`/v1/deliveries/${failed!.id}:redeliver`).expect(404);
    await other.get(`/v1/deliveries/${failed!.id}`).expect(404);
  });

  it('holds deliveries of an inactive webhook and sends them to its new address once active', async () => {
    const { id } = await made({ events: ['stage.failed'] });
    await quiet();
    status = 500;
    await tell('stage.failed');
    const [waiting] = await until(
      () => deliveries(`?webhookId=${id}`),
      ([found]) => (found?.log.length ?? 0) > 0,
    );
    status = 200;
    await admin.patch(`/v1/webhooks/${id}`, { active: false }).expect(200);
    await tell('stage.failed');
    expect(await deliveries(`?webhookId=${id}`)).toHaveLength(1);
    expect(codeOf(await admin.post(`/v1/deliveries/${waiting!.id}:redeliver`).expect(409))).toBe('CONFLICT');
    await admin.patch(`/v1/webhooks/${id}`, { active: true, url: `${base}/moved` }).expect(200);
    await admin.post(`/v1/deliveries/${waiting!.id}:redeliver`).expect(202);
    expect(
      await until(
        async () => (await deliveries(`?webhookId=${id}`))[0]!,
        ({ status: now }) => now === 'delivered',
      ),
    ).toMatchObject({ url: `${base}/moved` });
  });

  it('is deleted with the person', async () => {
    await made();
    const gone = await createPerson(api, admin);
    await quiet();
    await api.bookkeeping.tell({ id: 'of-someone-gone', type: 'person.training', tenant: 'studio', person: gone });
    await until(
      () => deliveries('?eventId=of-someone-gone'),
      ([found]) => found?.status === 'delivered',
    );
    await api.database.db.delete(people).where(eq(people.id, gone));
    expect(await deliveries('?eventId=of-someone-gone')).toEqual([]);
  });
});
