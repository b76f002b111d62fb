import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook } from '@portrait/api-client/webhooks';
import type { Database } from '../database/open-database.js';
import { events, tenants, webhookDeliveries, webhooks } from '../database/schema.js';
import { eq, sql } from 'drizzle-orm';
import type { GuardOptions } from '../fetch-url/index.js';
import { claimDue, deleteOldDeliveries, releaseClaim, RETENTION_DAYS, recordOutcome } from './delivery-claims.js';
import { DeliveryLoop, type DeliveryLoopOptions } from './delivery-loop.js';
import { postDelivery } from './post-delivery.js';
import { openTestDatabase } from '../testing/test-database.js';
import { RETRY_DELAYS_SECONDS, MAX_ATTEMPTS, nextRetrySeconds } from './retry-schedule.js';

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

let database: Database;
let server: Server;
let base: string;
let guard: GuardOptions;
let received: Received[];
let answerWith: RequestListener;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const loopOf = (more: Partial<DeliveryLoopOptions> = {}): DeliveryLoop =>
  new DeliveryLoop({ db: database.db, guard, log: silent, pollMs: 20, ...more });

beforeAll(async () => {
  database = await openTestDatabase();
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        answerWith(request, answer);
      });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  guard = { allow: { networks: ['127.0.0.1'], ports: [port] } };
});
beforeEach(async () => {
  received = [];
  answerWith = (_, answer) => void answer.writeHead(204).end();
  await database.db.execute(sql`TRUNCATE tenants CASCADE`);
  await database.db.insert(tenants).values({ id: 'studio' });
  await database.db.insert(events).values({ id: 'video/v/1', tenant: 'studio', type: 'video.ready', data: {} });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database[Symbol.asyncDispose]();
});

async function webhook(id = 'w', more: Partial<typeof webhooks.$inferInsert> = {}): Promise<void> {
  await database.db
    .insert(webhooks)
    .values({ id, tenant: 'studio', url: base, secret: `whsec_${id}`, events: ['video.ready'], ...more });
}
async function due(id: string, more: Partial<typeof webhookDeliveries.$inferInsert> = {}): Promise<void> {
  await database.db.insert(webhookDeliveries).values({
    id,
    tenant: 'studio',
    webhook: 'w',
    url: base,
    event: 'video/v/1',
    type: 'video.ready',
    payload: { id: 'video/v/1', type: 'video.ready' },
    status: 'pending',
    nextAt: sql`now()` as never,
    ...more,
  });
}
const row = async (id: string) =>
  (await database.db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id)))[0]!;
const makeDue = (): Promise<unknown> =>
  database.db
    .update(webhookDeliveries)
    .set({ nextAt: sql`now()` as never })
    .where(eq(webhookDeliveries.status, 'pending'));
const waitOf = async (id: string): Promise<number> =>
  Number(
    (
      (await database.db.execute(
        sql`SELECT extract(epoch FROM next_at - now()) AS wait FROM webhook_deliveries WHERE id = ${id}`,
      )) as unknown as { rows: { wait: string }[] }
    ).rows[0]!.wait,
  );
async function until<T>(look: () => Promise<T> | T, good: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (good(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a delivery', () => {
  it('is a signed POST that the receiver can verify, and is logged', async () => {
    await webhook();
    await due('d1');
    await using loop = loopOf();
    loop.start();
    const kept = await until(
      () => row('d1'),
      ({ status }) => status === 'delivered',
    );
    expect(kept).toMatchObject({
      attempts: 1,
      nextAt: null,
      deliveredAt: expect.any(Date),
      log: [{ at: expect.any(String), status: 204, ms: expect.any(Number) }],
    });
    expect(received).toHaveLength(1);
    const [{ headers, body }] = received as [Received];
    expect(JSON.parse(body)).toEqual({ id: 'video/v/1', type: 'video.ready' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'portrait-event': 'video.ready',
      'portrait-event-id': 'video%2Fv%2F1',
      'portrait-delivery': 'd1',
      'portrait-attempt': '1',
    });
    await verifyWebhook({ body, header: headers['portrait-signature'] as string, secret: 'whsec_w' });
  });

  it('to a callback address is signed with the secret of the tenant', async () => {
    await database.db.insert(tenants).values({ id: 'rival' });
    const secrets = new Map(
      (await database.db.select().from(tenants)).map(({ id, callbackSecret }) => [id, callbackSecret]),
    );
    await due('d1', { webhook: null });
    await using loop = loopOf();
    loop.start();
    await until(
      () => row('d1'),
      ({ status }) => status === 'delivered',
    );
    const message = { body: received[0]!.body, header: received[0]!.headers['portrait-signature'] as string };
    await verifyWebhook({ ...message, secret: secrets.get('studio')! });
    await expect(verifyWebhook({ ...message, secret: secrets.get('rival')! })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('is signed with the current secret', async () => {
    await webhook();
    await due('d1');
    await database.db.update(webhooks).set({ secret: 'whsec_rotated' });
    await using loop = loopOf();
    loop.start();
    await until(
      () => row('d1'),
      ({ status }) => status === 'delivered',
    );
    await verifyWebhook({
      body: received[0]!.body,
      header: received[0]!.headers['portrait-signature'] as string,
      secret: 'whsec_rotated',
    });
  });

  it('wakes the delivery loop', async () => {
    await using loop = loopOf({ pollMs: 3_600_000 });
    loop.start();
    await webhook();
    await due('d1');
    loop.wake();
    await until(
      () => received.length,
      (count) => count === 1,
    );
  });
});

describe('a failed delivery', () => {
  it('is tried ten times with growing delays, then fails', async () => {
    answerWith = (_, answer) => void answer.writeHead(500).end('out of order\u0000\n');
    await webhook();
    await due('d1');
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      await makeDue();
      const [claimed] = await claimDue(database.db, 1, 1);
      expect(claimed!.attempts).toBe(attempt);
      const { attempt: entry, outcome } = await postDelivery(claimed!, { guard, signal: new AbortController().signal });
      await recordOutcome(database.db, claimed!, entry, outcome);
      const wait = nextRetrySeconds(attempt);
      if (wait !== null) expect(Math.abs((await waitOf('d1')) - wait)).toBeLessThan(30);
    }
    expect(await row('d1')).toMatchObject({
      status: 'failed',
      attempts: 10,
      nextAt: null,
      deliveredAt: null,
      log: Array(10).fill({
        at: expect.any(String),
        status: 500,
        ms: expect.any(Number),
        error: 'It answered 500: out of order',
      }),
    });
    expect([...RETRY_DELAYS_SECONDS].sort((a, b) => a - b)).toEqual(RETRY_DELAYS_SECONDS);
    expect([RETRY_DELAYS_SECONDS[0], RETRY_DELAYS_SECONDS.at(-1)]).toEqual([60, 43_200]);
    await makeDue();
    expect(await claimDue(database.db, 1, 1)).toEqual([]);
  });

  it('fails at once on 410 and deactivates its webhook', async () => {
    answerWith = (_, answer) => void answer.writeHead(410).end();
    await webhook();
    await due('d1');
    await using loop = loopOf();
    loop.start();
    expect(
      await until(
        () => row('d1'),
        ({ status }) => status === 'failed',
      ),
    ).toMatchObject({ attempts: 1, nextAt: null });
    expect(await database.db.select({ active: webhooks.active }).from(webhooks)).toEqual([{ active: false }]);
  });

  const failures: [string, RequestListener, string | null, RegExp][] = [
    [
      'answers with a redirect',
      (_, answer) => void answer.writeHead(302, { location: '/elsewhere' }).end(),
      null,
      /redirect/,
    ],
    [
      'answers with a page',
      (_, answer) => void answer.writeHead(403, { 'content-type': 'text/html' }).end('<p>no</p>'.repeat(1000)),
      null,
      /^It answered 403: (<p>no<\/p>)+.{0,10}$/,
    ],
    ['does not answer', () => undefined, null, /did not answer within 0.2 s/],
    ['closes the connection', (request) => void request.socket.destroy(), null, /closed the connection/],
    ['has a private address', () => undefined, 'http://10.0.0.1/hook', /is refused: its host is a private network/],
    ['has a port that is not allowed', () => undefined, 'http://127.0.0.1:22/', /port 22/],
    ['does not exist', () => undefined, 'http://gone.invalid/', /host does not exist|cannot be resolved/],
  ];
  it.each(failures)('logs that the receiver %s', async (_, answer, url, message) => {
    answerWith = answer;
    const { attempt, outcome } = await postDelivery(
      { id: 'd', url: url ?? base, event: 'e', type: 'video.ready', payload: {}, secret: 'whsec_w', attempts: 1 },
      { guard, signal: new AbortController().signal, timeoutMs: 200 },
    );
    expect(outcome).toBe('again');
    expect(attempt.error).toMatch(message);
    expect(attempt.error!.length).toBeLessThan(300);
    expect(received.length).toBe(url === null ? 1 : 0);
  });
});

describe('claimDue', () => {
  it('gives each delivery to one claimer', async () => {
    await webhook();
    await Promise.all(Array.from({ length: 30 }, (_, n) => due(`d${n}`)));
    const ids: string[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        while (ids.length < 30) ids.push(...(await claimDue(database.db, 8, 100)).map(({ id }) => id));
      }),
    );
    expect(new Set(ids).size).toBe(30);
    expect(ids).toHaveLength(30);
  });

  it('takes the oldest first and bounds each address', async () => {
    await webhook();
    for (let n = 0; n < 5; n++)
      await due(`slow${n}`, { url: `${base}/slow`, nextAt: sql`now() - interval '1 hour'` as never });
    await due('other', { nextAt: sql`now() - interval '1 minute'` as never });
    await due('oldest', { nextAt: sql`now() - interval '2 hours'` as never });
    const ids = (await claimDue(database.db, 4, 2)).map(({ id }) => id).sort();
    expect(ids).toEqual(['oldest', 'other', 'slow0', 'slow1']);
    expect((await claimDue(database.db, 10, 2, new Map([[`${base}/slow`, 2]]))).map(({ id }) => id)).toEqual([]);
    expect(await claimDue(database.db, 10, 4, new Map([[`${base}/slow`, 3]]))).toHaveLength(1);
    expect((await claimDue(database.db, 10, 9)).map(({ id }) => id).sort()).toHaveLength(2);
  });

  it('ignores deliveries not due, completed or of an inactive webhook', async () => {
    await webhook();
    await webhook('off', { active: false });
    await due('later', { nextAt: sql`now() + interval '1 minute'` as never });
    await due('done', { status: 'delivered' });
    await due('off', { webhook: 'off' });
    expect(await claimDue(database.db, 10, 10)).toEqual([]);
    await database.db.update(webhooks).set({ active: true });
    expect((await claimDue(database.db, 10, 10)).map(({ id, secret }) => [id, secret])).toEqual([['off', 'whsec_off']]);
  });

  it('ignores the outcome of an expired lease', async () => {
    await webhook();
    await due('d1');
    const [first] = await claimDue(database.db, 1, 1);
    await makeDue();
    const [second] = await claimDue(database.db, 1, 1);
    expect(second!.attempts).toBe(2);
    await recordOutcome(database.db, first!, { at: 'x', status: 204, ms: 1 }, 'delivered');
    expect(await row('d1')).toMatchObject({ status: 'pending', log: [] });
    await recordOutcome(database.db, second!, { at: 'y', status: 200, ms: 1 }, 'delivered');
    expect(await row('d1')).toMatchObject({ status: 'delivered', log: [{ at: 'y', status: 200, ms: 1 }] });
  });

  it('can be released without counting an attempt', async () => {
    await webhook();
    await due('d1');
    const [claimed] = await claimDue(database.db, 1, 1);
    expect(await claimDue(database.db, 1, 1)).toEqual([]);
    await releaseClaim(database.db, claimed!);
    expect((await claimDue(database.db, 1, 1))[0]!.attempts).toBe(1);
  });

  it('ignores a delivery deleted meanwhile', async () => {
    await webhook();
    await due('d1');
    const [claimed] = await claimDue(database.db, 1, 1);
    await database.db.delete(webhooks);
    await recordOutcome(database.db, claimed!, { at: 'x', status: 204, ms: 1 }, 'delivered');
    expect(await database.db.select().from(webhookDeliveries)).toEqual([]);
  });
});

describe('the delivery loop', () => {
  it('bounds concurrency, and a slow receiver does not block others', async () => {
    const waiting: (() => void)[] = [];
    let [now, most] = [0, 0];
    answerWith = (request, answer) => {
      if (request.url !== '/slow') return void answer.writeHead(204).end();
      most = Math.max(most, ++now);
      waiting.push(() => {
        now--;
        answer.writeHead(204).end();
      });
    };
    await webhook();
    for (let n = 0; n < 9; n++)
      await due(`slow${n}`, { url: `${base}/slow`, nextAt: sql`now() - interval '1 hour'` as never });
    for (let n = 0; n < 20; n++) await due(`fast${n}`);
    await using loop = loopOf({ concurrency: 4, perAddress: 2 });
    loop.start();
    await until(
      () => received.length,
      (count) => count >= 22,
    );
    expect([most, waiting.length]).toEqual([2, 2]);
    await until(
      () => database.db.select().from(webhookDeliveries),
      (rows) => {
        waiting.splice(0).forEach((finish) => finish());
        return rows.every(({ status }) => status === 'delivered');
      },
    );
    expect(received).toHaveLength(29);
    expect(most).toBe(2);
  });

  it('sends many to one address without waiting for the next poll', async () => {
    await webhook();
    for (let n = 0; n < 40; n++) await due(`d${n}`);
    await using loop = loopOf({ pollMs: 3_600_000, perAddress: 2 });
    loop.start();
    await until(
      () => received.length,
      (count) => count === 40,
    );
  });

  it('reports the outcome of every attempt, and the last one', async () => {
    const status: Record<string, number> = { '/ok': 204, '/broken': 500, '/gone': 410 };
    answerWith = (request, answer) => void answer.writeHead(status[request.url!]!).end();
    await webhook();
    await due('ok', { url: `${base}/ok` });
    await due('broken', { url: `${base}/broken` });
    await due('hopeless', { url: `${base}/broken`, attempts: MAX_ATTEMPTS - 1 });
    await due('gone', { url: `${base}/gone`, webhook: null });
    const told: string[] = [];
    await using loop = loopOf({ onAttempt: (outcome) => void told.push(outcome) });
    loop.start();
    await until(
      () => told.length,
      (count) => count === 4,
    );
    expect(told.sort()).toEqual(['again', 'delivered', 'given-up', 'unwanted']);
  });

  it('releases deliveries in flight when stopped', async () => {
    answerWith = () => undefined;
    await webhook();
    await due('d1');
    {
      await using loop = loopOf();
      loop.start();
      await until(
        () => received.length,
        (count) => count === 1,
      );
    }
    expect(await row('d1')).toMatchObject({ status: 'pending', attempts: 0, log: [] });
    expect((await claimDue(database.db, 1, 1)).map(({ id }) => id)).toEqual(['d1']);
  });

  it('continues after a database failure', async () => {
    await webhook();
    await due('d1');
    let failures = 3;
    const db = new Proxy(database.db, {
      get: (target, name) =>
        name === 'update' && failures-- > 0
          ? () => {
              throw new Error('away');
            }
          : Reflect.get(target, name),
    });
    await using loop = loopOf({ db });
    loop.start();
    await until(
      () => row('d1'),
      ({ status }) => status === 'delivered',
    );
    expect(failures).toBeLessThan(0);
  });
});

describe('old deliveries', () => {
  it('are deleted once completed', async () => {
    await webhook();
    const old = sql`now() - make_interval(days => ${RETENTION_DAYS + 1})` as never;
    await due('old', { status: 'delivered', createdAt: old });
    await due('old-pending', { createdAt: old });
    await due('young', { status: 'failed' });
    expect(await deleteOldDeliveries(database.db)).toBe(1);
    expect(
      (await database.db.select({ id: webhookDeliveries.id }).from(webhookDeliveries)).map(({ id }) => id).sort(),
    ).toEqual(['old-pending', 'young']);
  });
});
