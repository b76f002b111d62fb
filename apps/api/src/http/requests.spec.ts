import { beforeAll, describe, expect, it } from '@jest/globals';
import { ENDPOINTS, createPersonSchema, createVideoSchema, type Endpoint } from '@portrait/contracts/api';
import request from 'supertest';
import type { ZodType } from 'zod';
import { useTestApi, createPerson, type Caller } from '../testing/test-api.js';
import { describeIssues } from './schema-issues.js';
import { allowedMethods } from './allowed-methods.js';
import { expressPath } from './route.js';
import { findUnstorable } from './storable-text.js';

const api = useTestApi();
let caller: Caller;
beforeAll(async () => {
  caller = api.as(await api.key());
});

type Failure = { error: { code: string; message: string; hint: string | null; requestId: string } };
const failure = (answer: { body: unknown }): Failure['error'] => (answer.body as Failure).error;

describe('routes', () => {
  it('bind every endpoint of the table once', () => {
    const bound = (
      api.app.getHttpAdapter().getInstance() as unknown as {
        router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
      }
    ).router.stack.flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [],
    );
    const wanted = (Object.values(ENDPOINTS) as Endpoint[]).map(({ method, path }) => `${method} ${expressPath(path)}`);
    expect(bound.sort()).toEqual([...wanted, 'GET /openapi.json'].sort());
  });

  it('distinguish an action after a colon from the resource', async () => {
    const id = await createPerson(api, caller);
    expect(failure(await caller.post(`/v1/people/${id}/stages/ingest:retry`, {}).expect(409)).message).toContain(
      'ingest',
    );
    expect(failure(await caller.post(`/v1/people/${id}/stages/no-such-stage:retry`, {}).expect(404)).message).toMatch(
      /^There is no stage "no-such-stage"/,
    );
    expect(failure(await caller.post(`/v1/people/${id}:fly`).expect(404)).message).toMatch(/no such path/);
    await caller.post(`/v1/people/${id}:cancel`).expect(202);
    expect(api.engine.calls.at(-1)).toBe(`cancel portrait/${id}`);
  });

  it('answer 405 for a wrong method and 404 for an unknown path', async () => {
    const answer = await caller.delete('/v1/consents').expect(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, POST');
    expect(failure(answer).message).toContain('GET, HEAD, POST');
    await caller.get('/v2/people').expect(404);
    expect(allowedMethods('/v1/people/p_x:cancel')).toEqual(['POST']);
    expect(allowedMethods('/v1/people/p_x')).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
  });
});

describe('request validation', () => {
  it('names all errors at once, with their fields', async () => {
    const { code, message } = failure(
      await caller.post('/v1/consents', { grantedBy: '', date: 'soon', purpose: 3, subjekt: 'Anna' }).expect(400),
    );
    expect(code).toBe('INVALID_ARGUMENT');
    expect(
      message
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
        .sort(),
    ).toEqual([
      'date: must be an ISO date or an ISO datetime',
      'grantedBy: must not be empty',
      'purpose: must be a string',
      'subject: is missing',
      'subjekt: there is no such field. Did you mean subject?',
    ]);
  });

  it.each<[string, ZodType, unknown, string[]]>([
    ['no source', createPersonSchema, { consentId: 'c', video: {} }, ['video.uploadId: is missing']],
    [
      'a source of two kinds',
      createPersonSchema,
      { consentId: 'c', video: { uploadId: 'u', url: 'https://example.org' } },
      ['video.url: there is no such field.'],
    ],
    [
      'an invalid address',
      createPersonSchema,
      { consentId: 'c', video: { url: 'file:///etc/passwd' } },
      ['video.url: must be an http or https address'],
    ],
    [
      'an invalid colour',
      createVideoSchema,
      { personId: 'p', audio: 'recorded', background: '#12' },
      ['background: must be plate, transparent, a colour like #204060, an upload or an address'],
    ],
    [
      'a wrong number',
      createVideoSchema,
      { personId: 'p', audio: 'recorded', seed: -1, shards: 1.5 },
      ['seed: must be at least 0', 'shards: must be a whole number'],
    ],
    [
      'a wrong word',
      createVideoSchema,
      { personId: 'p', audio: 'recorded', container: 'avi' },
      ['container: must be one of mp4, mov, webm'],
    ],
    [
      'eyes too wide',
      createVideoSchema,
      { personId: 'p', audio: 'recorded', eyes: { open: 3 } },
      ['eyes.open: must be at most 1.2'],
    ],
  ])('describes %s in words', (_, schema, value, mistakes) => {
    const parsed = schema.safeParse(value);
    expect(describeIssues(parsed.error!.issues, schema, '')).toEqual(mistakes);
  });

  it.each([
    ['not-a-number', 'limit=x'],
    ['too much', 'limit=500'],
    ['none', 'limit=0'],
    ['another parameter', 'page=2'],
    ['twice', 'limit=1&limit=2'],
    ['no status', 'status=happy'],
  ])('refuses a page query with %s', async (_, query) => {
    const { code, message } = failure(await caller.get(`/v1/people?${query}`).expect(400));
    expect([code, message]).toEqual(['INVALID_ARGUMENT', expect.stringMatching(/^query\.\w+: /)]);
  });

  it.each(['x', Buffer.from('17 ').toString('base64url'), Buffer.from("1 p' OR 1").toString('base64url'), 'AAAA'])(
    'with the cursor "%s" is refused',
    async (cursor) => {
      expect(failure(await caller.get(`/v1/people?cursor=${cursor}`).expect(400)).message).toMatch(/cursor/);
      expect(failure(await caller.get(`/v1/audit?cursor=${cursor}`).expect(400)).message).toMatch(/cursor/);
    },
  );

  it('refuses a body that is not JSON, too large or in another encoding', async () => {
    const send = (body: string, type = 'application/json', encoding?: string) => {
      const test = caller.post('/v1/consents').set('Content-Type', type);
      return (encoding === undefined ? test : test.set('Content-Encoding', encoding)).send(body);
    };
    expect(failure(await send('{"grantedBy": ').expect(400)).message).toMatch(/cannot be parsed/);
    expect(failure(await send('"text"').expect(400)).code).toBe('INVALID_ARGUMENT');
    expect(failure(await send('a=b', 'application/x-www-form-urlencoded').expect(400)).message).toMatch(/is missing/);
    expect(failure(await send(JSON.stringify({ purpose: 'x'.repeat(1_100_000) })).expect(413)).message).toMatch(
      /too large/,
    );
    expect(failure(await send('{}', 'application/json; charset=latin-17').expect(415)).code).toBe('INVALID_ARGUMENT');
    expect(failure(await send('{}', 'application/json', 'compress').expect(415)).code).toBe('INVALID_ARGUMENT');
  });

  it('refuses text that cannot be stored, in any place', async () => {
    const consent = { grantedBy: 'A', subject: 'A', date: '2026-01-31', purpose: 'x' };
    await caller.post('/v1/consents', { ...consent, statement: 'a\0b' }).expect(400);
    await caller
      .post('/v1/consents')
      .set('Content-Type', 'application/json')
      .send(`{"grantedBy":"\\ud800","subject":"A","date":"2026-01-31","purpose":"x"}`)
      .expect(400);
    await caller
      .post('/v1/people', { consentId: 'c', video: { url: 'https://example.org' }, params: { ingest: { 'a\0': 1 } } })
      .expect(400);
    await caller.get('/v1/people/%00').expect(400);
    await caller.get('/v1/audit?action=%00').expect(400);
    expect(findUnstorable(JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), 'deep')).toEqual([
      'deep: is nested deeper than 32 levels',
    ]);
    expect(findUnstorable({ fine: ['ä', '😀', { nested: 'yes' }] }, '')).toEqual([]);
  });

  it('puts the given or generated request id in header, body and log', async () => {
    const given = await caller.get('/v1/people/p_x').set('X-Request-Id', 'trace-1').expect(404);
    expect([given.headers['x-request-id'], failure(given).requestId]).toEqual(['trace-1', 'trace-1']);
    const made = await caller.get('/v1/people/p_x').set('X-Request-Id', 'not an id\t').expect(404);
    expect(made.headers['x-request-id']).toMatch(/^r_[a-z2-7]{20}$/);
  });
});

describe('internal errors', () => {
  it('hide addresses from the caller and log the details', async () => {
    api.store.unreachable = true;
    try {
      const answer = await caller
        .post('/v1/uploads', { kind: 'video', bytes: 3, contentType: 'video/mp4' })
        .expect(503);
      expect(JSON.stringify(answer.body)).not.toMatch(/10\.0\.0\.7|bucket/);
      expect(failure(answer)).toMatchObject({
        code: 'STORE_UNREACHABLE',
        message: 'The artifact store does not answer.',
      });
      expect(answer.headers['retry-after']).toBe('5');
      expect(api.logged.some((line) => line.includes(failure(answer).requestId) && line.includes('10.0.0.7'))).toBe(
        true,
      );
    } finally {
      api.store.unreachable = false;
    }
  });
});

describe('health', () => {
  const get = (path: string) => request(api.app.getHttpServer() as never).get(path);

  it('reports live always, and ready only when every check passes', async () => {
    await get('/livez').expect(200, { status: 'ok' });
    await get('/readyz').expect(200, { status: 'ready', checks: { database: 'ok', temporal: 'ok', store: 'ok' } });
    api.engine.unreachable = true;
    await get('/readyz').expect(503, {
      status: 'not ready',
      checks: { database: 'ok', temporal: 'no answer', store: 'ok' },
    });
    await get('/livez').expect(200);
    api.engine.unreachable = false;
  });
});
