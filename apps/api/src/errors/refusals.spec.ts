// Provokes every row of the tables in docs/api.md, "Refused requests", and compares status, code, message and
// hint. `…` stands for ids, times and numbers.
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
import { WorkflowStarter } from '../intake/workflow-starter.js';
import { publishTestPortrait } from '../testing/test-portrait.js';
import { useTestApi, MP4, createPerson, WAV, type Caller } from '../testing/test-api.js';

const GUIDE = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8');
const api = useTestApi({}, { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) });
let caller: Caller;
let person: string;
let fresh: string;
let outside: Server;
let base: string;

beforeAll(async () => {
  caller = api.as(await api.key());
  person = await createPerson(api, caller);
  await publishTestPortrait(api, person);
  fresh = await createPerson(api, caller);
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
  'an id of another tenant, or an unknown id': async () => api.as(await api.key('rival')).get(`/v1/people/${person}`),
  'a video of an unknown person': () => video({ personId: 'p_nobody' }),
  'a video of a person who is not ready': () => video({ personId: fresh }),
  'a training without consent': () => caller.post('/v1/people', { consentId: 'c_none', video: { uploadId: 'u_none' } }),
  'an empty batch': () => batch({ items: [] }),
  'a batch of 100,001 items': () => batch({ items: items(100_001) }),
  'a CSV batch of 100,001 items': () =>
    batch({ csv: `id,person,audio\n${Array.from({ length: 100_001 }, (_, n) => `${n},p,recorded\n`).join('')}` }),
  'a duplicate item id': () => batch({ items: [...items(2), ...items(1)] }),
  'a CSV with a broken row': () => batch({ csv: `id,person,audio\na,${person},recorded\nb,${person}\n` }),
  'an item for a person who is not ready': () => batch({ items: items(1, { personId: fresh }) }),
  'a window of no length': () => batch({ items: items(1), window: { from: '22:00', to: '22:00', timeZone: 'UTC' } }),
  'a window with an invalid time': () =>
    batch({ items: items(1), window: { from: '25:00', to: '06:00', timeZone: 'UTC' } }),
  'an Idempotency-Key with another body': async () => {
    await batch({ items: items(1) })
      .set('Idempotency-Key', 'night')
      .expect(202);
    return batch({ items: items(2) }).set('Idempotency-Key', 'night');
  },
  'completing an unfinished upload': async () => {
    const { id, parts } = await opened();
    api.store.putPart(parts[0]!.url, MP4.subarray(0, 16));
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'completing an expired upload': async () => {
    const { id } = await opened();
    await api.database.db.update(uploads).set({ expiresAt: sql`now() - interval '1 second'` as never });
    await api.app.get(WorkflowStarter).sweepUploads();
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'an upload that is a web page': async () => {
    const page = Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>');
    const { body } = await caller.post('/v1/uploads', { kind: 'video', bytes: page.length, contentType: 'video/mp4' });
    const { id, parts } = body as { id: string; parts: { url: string }[] };
    parts.forEach(({ url }, n) => api.store.putPart(url, page.subarray(16 * n, 16 * (n + 1))));
    return caller.post(`/v1/uploads/${id}:complete`);
  },
  'a retry of a stage that has not failed': async () => {
    const id = await createPerson(api, caller);
    api.engine.setNodes(portraitWorkflowId(id), { ingest: { status: 'done', attempt: 1 } });
    return caller.post(`/v1/people/${id}/stages/ingest:retry`);
  },
  'a retry after the training has ended': async () => {
    const id = await createPerson(api, caller);
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    return caller.post(`/v1/people/${id}/stages/ingest:retry`);
  },
  'a second cancel of a person': async () => {
    const id = await createPerson(api, caller);
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
  'a loopback address': () => video({ audio: { url: 'http://127.0.0.1/speech.wav' } }),
  'a private address': () => caller.post('/v1/webhooks', { url: 'http://10.0.0.1/hook' }),
  'a link-local address': () => video({ callbackUrl: 'http://169.254.169.254/latest/meta-data/' }),
  'an address in an unusual spelling': () => caller.post('/v1/webhooks', { url: 'http://0x7f000001/' }),
  'too many requests': async () => {
    const slow = api.as(await api.key('studio', ['read'], { ratePerMinute: 1 }));
    await slow.get('/v1/people').expect(200);
    return slow.get('/v1/people');
  },
  'any request while the store is unreachable': () => {
    api.store.unreachable = true;
    return caller
      .post('/v1/uploads', { kind: 'video', bytes: 3, contentType: 'video/mp4' })
      .expect(() => void (api.store.unreachable = false));
  },
};

/** Errors that appear only when an address is fetched. */
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
  'an expired presigned address': () => fetched('/expired'),
  'a missing file': () => fetched('/gone'),
  'a broken connection': () => fetched('/half'),
  'a name that resolves to a private address': () =>
    fetched('/speech.wav', () => Promise.resolve([{ address: '10.0.0.1', family: 4 }])),
  'a redirect to a private address': () => fetched('/inside'),
  'a name that resolves to a private address after a redirect': () => {
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
  'forged or changed in transit': () => verifyWebhook({ ...event(), body: '{ }' }),
  'replayed later, or signed by a wrong clock': () => verifyWebhook(event(Date.now() - 3_600_000)),
  'replayed within the tolerance': async () => {
    const message = { ...event(), replays: replayGuardInMemory() };
    await verifyWebhook(message);
    return verifyWebhook(message);
  },
};

/** Replaces what differs between runs by `…`. */
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

describe('the tables of refusals in docs/api.md', () => {
  it.each(Object.entries(answers))('%s', async (title, ask) => {
    const { status, body } = await ask();
    const { error } = body as { error: Body };
    expect(GUIDE).toContain(row(title, `${status} \`${error.code}\``, error));
  });

  it.each(Object.entries(failures))('%s', async (title, work) => {
    const error = await thrown(work);
    expect(GUIDE).toContain(row(title, `\`${error.code}\``, error));
  });

  it.each(Object.entries(received))('refuses a webhook that is %s', async (title, work) => {
    const error = await thrown(work);
    expect(GUIDE).toContain(row(title, `\`${error.code}\``, error));
  });

  it('list exactly the cases of this spec', () => {
    const section = GUIDE.split('## Refused requests')[1]!.split('\n## ')[0]!;
    const titles = [...section.matchAll(/^\| ([^|]+?) \| (?:\d+ )?`/gm)].map(([, title]) => title);
    expect(titles.sort()).toEqual([...Object.keys(answers), ...Object.keys(failures), ...Object.keys(received)].sort());
  });
});
