// The tables of docs/api.md, "What is refused, and how": every row is brought about here, and its status, code, sentence and next step are those that came.
// In the sentences `…` stands for ids, times and numbers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { replayGuardInMemory, signWebhook, verifyWebhook } from '@portrait/api-client/webhooks';
import { portraitWorkflowId, type PortraitError } from '@portrait/contracts';
import { sql } from 'drizzle-orm';
import type { Test } from 'supertest';
import { uploads } from '../database/schema.js';
import { fetchUrl } from '../fetch-url/fetch-url.js';
import { checkMedia } from '../fetch-url/media-check.js';
import { Starter } from '../intake/starter.js';
import { portraitOf } from '../testing/portrait-of.js';
import { apiForTests, MP4, personOf, WAV, type Caller } from '../testing/test-api.js';

const GUIDE = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8');
const api = apiForTests({}, { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) });
let caller: Caller;
let person: string;
let fresh: string;
let outside: Server;
let base: string;

beforeAll(async () => {
  caller = api.as(await api.key());
  person = await personOf(api, caller);
  await portraitOf(api, person);
  fresh = await personOf(api, caller);
  outside = createServer(({ url }, answer) => {
    if (url === '/page') answer.setHeader('content-type', 'text/html').end('<!doctype html><p>Sign in</p>');
    else if (url === '/inside') answer.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    else if (url === '/again') answer.writeHead(302, { location: '/speech.wav' }).end();
    else if (url === '/expired') answer.writeHead(403).end();
    else if (url === '/gone') answer.writeHead(404).end();
    else if (url === '/half') answer.writeHead(200, { 'content-length': '1000' }).write(WAV, () => answer.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => outside.once('listening', resolve));
  base = `http://files.example.org:${(outside.address() as AddressInfo).port}`;
});
afterAll(() => {
  outside.closeAllConnections();
  outside.close();
});

type Body = { code: string; message: string; hint: string | null };
const items = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, n) => ({ id: `item ${n}`, personId: person, audio: 'recorded', ...more }));
const batch = (body: object): Test => caller.post('/v1/batches', body);
const video = (body: object): Test => caller.post('/v1/videos', { personId: person, audio: 'recorded', ...body });
const opened = async (): Promise<{ id: string; parts: { url: string }[] }> =>
  (await caller.post('/v1/uploads', { kind: 'video', bytes: MP4.length, contentType: 'video/mp4' }).expect(201))
    .body as never;

const answers: Record<string, () => PromiseLike<{ status: number; body: unknown }>> = {
  'no key, or one that is wrong, expired or revoked': async () => {
    const { id, key } = (await caller.post('/v1/keys', { name: 'leaver', scopes: ['read'] })).body as {
      id: string;
      key: string;
    };
    await caller.delete(`/v1/keys/${id}`).expect(200);
    return api.as(key).get('/v1/people');
  },
  'a key without the scope': async () => api.as(await api.key('studio', ['read'])).post('/v1/videos', {}),
  'an id of another tenant, or of nobody': async () => api.as(await api.key('rival')).get(`/v1/people/${person}`),
  'a video of a person nobody knows': () => video({ personId: 'p_nobody' }),
  'a video of a person who is not ready': () => video({ personId: fresh }),
  'a training without consent': () => caller.post('/v1/people', { consentId: 'c_none', video: { uploadId: 'u_none' } }),
  'a batch of no items': () => batch({ items: [] }),
  'a batch of 100,001 items': () => batch({ items: items(100_001) }),
  'the same in CSV': () =>
    batch({ csv: `id,person,audio\n${Array.from({ length: 100_001 }, (_, n) => `${n},p,recorded\n`).join('')}` }),
  'an item id that is there twice': () => batch({ items: [...items(2), ...items(1)] }),
  'a CSV with a broken row': () => batch({ csv: `id,person,audio\na,${person},recorded\nb,${person}\n` }),
  'an item for a person who is not ready': () => batch({ items: items(1, { personId: fresh }) }),
  'a window that never opens': () =>
    batch({ items: items(1), window: { from: '22:00', to: '22:00', timeZone: 'UTC' } }),
  'a window at no time of day': () =>
    batch({ items: items(1), window: { from: '25:00', to: '06:00', timeZone: 'UTC' } }),
  'an Idempotency-Key with another body': async () => {
    await batch({ items: items(1) })
      .set('Idempotency-Key', 'night')
      .expect(202);
    return batch({ items: items(2) }).set('Idempotency-Key', 'night');
  },
  'the end of an upload that stopped half-way': async () => {
    const { id, parts } = await opened();
    api.store.arrive(parts[0]!.url, MP4.subarray(0, 16));
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'an upload nobody used for a day': async () => {
    const { id } = await opened();
    await api.database.db.update(uploads).set({ expiresAt: sql`now() - interval '1 second'` as never });
    await api.app.get(Starter).sweepUploads();
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'an upload that is a web page': async () => {
    const page = Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>');
    const { body } = await caller.post('/v1/uploads', { kind: 'video', bytes: page.length, contentType: 'video/mp4' });
    const { id, parts } = body as { id: string; parts: { url: string }[] };
    parts.forEach(({ url }, n) => api.store.arrive(url, page.subarray(16 * n, 16 * (n + 1))));
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'a retry of a stage that has not failed': async () => {
    const id = await personOf(api, caller);
    api.engine.shows(portraitWorkflowId(id), { ingest: { status: 'done', attempt: 1 } });
    return caller.post(`/v1/people/${id}/stages/ingest:retry`);
  },
  'a retry in a training that has ended': async () => {
    const id = await personOf(api, caller);
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    return caller.post(`/v1/people/${id}/stages/ingest:retry`);
  },
  'a second cancel of a person': async () => {
    const id = await personOf(api, caller);
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    return caller.post(`/v1/people/${id}:cancel`);
  },
  'a second cancel of a video': async () => {
    const { id } = (await video({}).expect(202)).body as { id: string };
    await caller.post(`/v1/videos/${id}:cancel`).expect(202);
    return caller.post(`/v1/videos/${id}:cancel`);
  },
  'a second cancel of a batch': async () => {
    const { id } = (await batch({ items: items(1) }).expect(202)).body as { id: string };
    await caller.post(`/v1/batches/${id}:cancel`).expect(202);
    return caller.post(`/v1/batches/${id}:cancel`);
  },
  'an address on the machine itself': () => video({ audio: { url: 'http://127.0.0.1/speech.wav' } }),
  'an address in a private network': () => caller.post('/v1/webhooks', { url: 'http://10.0.0.1/hook' }),
  'a link-local address': () => video({ callbackUrl: 'http://169.254.169.254/latest/meta-data/' }),
  'an address in disguise': () => caller.post('/v1/webhooks', { url: 'http://0x7f000001/' }),
  'too much, too fast': async () => {
    const slow = api.as(await api.key('studio', ['read'], { ratePerMinute: 1 }));
    await slow.get('/v1/people').expect(200);
    return slow.get('/v1/people');
  },
  'anything while the store is away': () => {
    api.store.away = true;
    return caller
      .post('/v1/uploads', { kind: 'video', bytes: 3, contentType: 'video/mp4' })
      .expect(() => void (api.store.away = false));
  },
};

/** What an address turns out to be is found when it is fetched. */
const fetched = (
  path: string,
  resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
): Promise<unknown> =>
  fetchUrl(base + path, () => undefined, {
    maxBytes: 1e6,
    check: (head, first) => checkMedia('speech', head, first),
    allow: { networks: ['127.0.0.1'], ports: [Number(new URL(base).port)] },
    resolve,
  });
const failures: Record<string, () => Promise<unknown>> = {
  'speech that is a web page': () => fetched('/page'),
  'a presigned address that has expired': () => fetched('/expired'),
  'a file that is not there': () => fetched('/gone'),
  'a connection that breaks off': () => fetched('/half'),
  'a name that leads inside': () => fetched('/speech.wav', () => Promise.resolve([{ address: '10.0.0.1', family: 4 }])),
  'a redirect that leads inside': () => fetched('/inside'),
  'a name that leads inside when it is asked again': () => {
    let lookups = 0;
    return fetched('/again', () =>
      Promise.resolve([{ address: lookups++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]),
    );
  },
};

const SECRET = 'whsec_of-the-spec';
const event = (at = Date.now()): { body: string; header: string; secret: string } => ({
  body: '{}',
  header: signWebhook('{}', SECRET, at),
  secret: SECRET,
});
const received: Record<string, () => Promise<unknown>> = {
  'forged, or changed on its way': () => verifyWebhook({ ...event(), body: '{ }' }),
  'sent again later, or by a clock that is an hour wrong': () => verifyWebhook(event(Date.now() - 3_600_000)),
  'sent again at once by someone else': async () => {
    const message = { ...event(), replays: replayGuardInMemory() };
    await verifyWebhook(message);
    return verifyWebhook(message);
  },
};

/** What differs from run to run is `…`. */
const plain = (text: string): string =>
  text
    .replace(/\b[a-z]_[a-z2-7]{20}\b/g, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/:\d{4,5}\b/g, '')
    .replace(/\b\d+ (of \d+ )?(bytes|seconds?|s)\b/g, '… $2')
    .replace(/, \d+ have/, ', … have');
const row = (
  title: string,
  answer: string,
  { message, hint }: { message: string; hint: string | null | undefined },
): string => `| ${title} | ${answer} | ${plain(message)} | ${hint == null ? '' : plain(hint)} |`;
const thrown = (work: () => Promise<unknown>): Promise<PortraitError> =>
  work().then(
    () => Promise.reject(new Error('It was not refused.')),
    (error: unknown) => error as PortraitError,
  );

describe('the guide tells how is refused', () => {
  it.each(Object.entries(answers))('%s', async (title, ask) => {
    const { status, body } = await ask();
    const { error } = body as { error: Body };
    expect(GUIDE).toContain(row(title, `${status} \`${error.code}\``, error));
  });

  it.each(Object.entries(failures))('%s', async (title, work) => {
    const error = await thrown(work);
    expect(GUIDE).toContain(row(title, `\`${error.code}\``, error));
  });

  it.each(Object.entries(received))('a webhook that is %s', async (title, work) => {
    const error = await thrown(work);
    expect(GUIDE).toContain(row(title, `\`${error.code}\``, error));
  });

  it('and nothing besides that is not brought about here', () => {
    const section = GUIDE.split('## What is refused, and how')[1]!.split('\n## ')[0]!;
    const titles = [...section.matchAll(/^\| ([^|]+?) \| (?:\d+ )?`/gm)].map(([, title]) => title);
    expect(titles.sort()).toEqual([...Object.keys(answers), ...Object.keys(failures), ...Object.keys(received)].sort());
  });
});
