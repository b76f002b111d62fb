import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook } from '@portrait/api-client/webhooks';
import type { Database } from '../database/open-database.js';
import { events, tenants, webhookDeliveries, webhooks } from '../database/schema.js';
import { eq, sql } from 'drizzle-orm';
import type { GuardOptions } from '../fetch-url/index.js';
import { claimDue, forgetOld, giveBack, KEPT_DAYS, settle } from './claims.js';
import { DeliveryLoop, type DeliveryLoopOptions } from './delivery-loop.js';
import { postDelivery } from './post.js';
import { openTestDatabase } from '../testing/test-database.js';
import { BACK_OFF_SECONDS, MOST_ATTEMPTS, nextWait } from './schedule.js';

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
  it('is a signed POST that the receiver can verify, and is kept with its log', async () => {
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

  it('to the callback address of a request is signed with the secret of its tenant', async () => {
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

  it('is signed with the secret that is in force when it is sent', async () => {
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

  it('wakes the loop, which else looks in its own time', async () => {
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

describe('a delivery that fails', () => {
  it('is tried ten times, each a longer wait after the last, then given up', async () => {
    answerWith = (_, answer) => void answer.writeHead(500).end('out of order\u0000\n');
    await webhook();
    await due('d1');
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await makeDue();
      const [claimed] = await claimDue(database.db, 1, 1);
      expect(claimed!.attempts).toBe(attempt);
      const { attempt: entry, outcome } = await postDelivery(claimed!, { guard, signal: new AbortController().signal });
      await settle(database.db, claimed!, entry, outcome);
      const wait = nextWait(attempt);
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
    expect([...BACK_OFF_SECONDS].sort((a, b) => a - b)).toEqual(BACK_OFF_SECONDS);
    expect([BACK_OFF_SECONDS[0], BACK_OFF_SECONDS.at(-1)]).toEqual([60, 43_200]);
    await makeDue();
    expect(await claimDue(database.db, 1, 1)).toEqual([]);
  });

  it('and is not wanted any more (410) is given up at once, and its webhook switched off', async () => {
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
    ['breaks off', (request) => void request.socket.destroy(), null, /broke the connection off/],
    [
      'has an address that leads inside',
      () => undefined,
      'http://10.0.0.1/hook',
      /is refused: its host is a private network/,
    ],
    ['has a port that is none of the web', () => undefined, 'http://127.0.0.1:22/', /port 22/],
    ['is not there', () => undefined, 'http://gone.invalid/', /no such host|cannot be looked up/],
  ];
  it.each(failures)('because the receiver %s says so in its log', async (_, answer, url, message) => {
    answerWith = answer;
    const { attempt, outcome } = await postDelivery(
      { id: 'd', url: url ?? base, event: 'e', type: 'video.ready', payload: {}, secret: 'whsec_w', attempts: 1 },
      { guard, signal: new AbortController().signal, patienceMs: 200 },
    );
    expect(outcome).toBe('again');
    expect(attempt.error).toMatch(message);
    expect(attempt.error!.length).toBeLessThan(300);
    expect(received.length).toBe(url === null ? 1 : 0);
  });
});

describe('claims', () => {
  it('are given to one only', async () => {
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

  it('take the oldest first, and few of one address', async () => {
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

  it('leave alone what is not due, settled, or of a webhook that is off', async () => {
    await webhook();
    await webhook('off', { active: false });
    await due('later', { nextAt: sql`now() + interval '1 minute'` as never });
    await due('done', { status: 'delivered' });
    await due('off', { webhook: 'off' });
    expect(await claimDue(database.db, 10, 10)).toEqual([]);
    await database.db.update(webhooks).set({ active: true });
    expect((await claimDue(database.db, 10, 10)).map(({ id, secret }) => [id, secret])).toEqual([['off', 'whsec_off']]);
  });

  it('that ran out count for nothing: who has it now says what became of it', async () => {
    await webhook();
    await due('d1');
    const [first] = await claimDue(database.db, 1, 1);
    await makeDue();
    const [second] = await claimDue(database.db, 1, 1);
    expect(second!.attempts).toBe(2);
    await settle(database.db, first!, { at: 'x', status: 204, ms: 1 }, 'delivered');
    expect(await row('d1')).toMatchObject({ status: 'pending', log: [] });
    await settle(database.db, second!, { at: 'y', status: 200, ms: 1 }, 'delivered');
    expect(await row('d1')).toMatchObject({ status: 'delivered', log: [{ at: 'y', status: 200, ms: 1 }] });
  });

  it('can be given back, as if nothing had been tried', async () => {
    await webhook();
    await due('d1');
    const [claimed] = await claimDue(database.db, 1, 1);
    expect(await claimDue(database.db, 1, 1)).toEqual([]);
    await giveBack(database.db, claimed!);
    expect((await claimDue(database.db, 1, 1))[0]!.attempts).toBe(1);
  });

  it('say nothing about a delivery that was deleted meanwhile', async () => {
    await webhook();
    await due('d1');
    const [claimed] = await claimDue(database.db, 1, 1);
    await database.db.delete(webhooks);
    await settle(database.db, claimed!, { at: 'x', status: 204, ms: 1 }, 'delivered');
    expect(await database.db.select().from(webhookDeliveries)).toEqual([]);
  });
});

describe('the loop', () => {
  it('keeps within its bounds, and a slow receiver keeps nobody waiting', async () => {
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

  it('sends many to one address without waiting for its next look', async () => {
    await webhook();
    for (let n = 0; n < 40; n++) await due(`d${n}`);
    await using loop = loopOf({ pollMs: 3_600_000, perAddress: 2 });
    loop.start();
    await until(
      () => received.length,
      (count) => count === 40,
    );
  });

  it('tells what became of every attempt, and which was the last', async () => {
    const status: Record<string, number> = { '/ok': 204, '/broken': 500, '/gone': 410 };
    answerWith = (request, answer) => void answer.writeHead(status[request.url!]!).end();
    await webhook();
    await due('ok', { url: `${base}/ok` });
    await due('broken', { url: `${base}/broken` });
    await due('hopeless', { url: `${base}/broken`, attempts: MOST_ATTEMPTS - 1 });
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

  it('gives back what is under way when it is stopped', async () => {
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

  it('goes on when the database fails for a moment', async () => {
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
  it('are forgotten when they are settled', async () => {
    await webhook();
    const old = sql`now() - make_interval(days => ${KEPT_DAYS + 1})` as never;
    await due('old', { status: 'delivered', createdAt: old });
    await due('old-pending', { createdAt: old });
    await due('young', { status: 'failed' });
    expect(await forgetOld(database.db)).toBe(1);
    expect(
      (await database.db.select({ id: webhookDeliveries.id }).from(webhookDeliveries)).map(({ id }) => id).sort(),
    ).toEqual(['old-pending', 'young']);
  });
});
