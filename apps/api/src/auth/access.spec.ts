import { beforeAll, describe, expect, it } from '@jest/globals';
import { ENDPOINTS, type Endpoint } from '@portrait/contracts/api';
import request from 'supertest';
import { apiKeys, audit } from '../database/schema.js';
import { publishTestPortrait } from '../testing/test-portrait.js';
import { useTestApi, createConsent, createPerson, type Caller } from '../testing/test-api.js';

const api = useTestApi();
let admin: Caller;
beforeAll(async () => {
  admin = api.as(await api.key());
});

const paths = (Object.entries(ENDPOINTS) as [string, Endpoint][]).map(([name, { method, path, scopes }]) => ({
  name,
  method: method.toLowerCase() as 'get',
  path: `${path.replace(/\{\w+\}/g, 'x')}${name === 'streamEvents' ? '?personId=x' : ''}`,
  scopes,
}));
const closed = paths.filter(({ scopes }) => scopes !== null);

describe('API keys', () => {
  it('are required by every endpoint', async () => {
    for (const { name, method, path } of closed) {
      const answer = await request(api.app.getHttpServer() as never)[method](path);
      expect([
        name,
        answer.status,
        (answer.body as { error: { code: string } }).error.code,
        answer.headers['www-authenticate'],
      ]).toEqual([name, 401, 'UNAUTHENTICATED', 'Bearer']);
    }
  });

  it('are not required for health, and for nothing else', () => {
    expect(paths.filter(({ scopes }) => scopes === null).map(({ path }) => path)).toEqual(['/livez', '/readyz']);
  });

  it.each(['pk_short', 'pk_'.padEnd(46, 'A'), 'Basic abc', ''])('are refused when malformed: "%s"', async (key) => {
    await api.as(key).get('/v1/people').expect(401);
  });

  it('are accepted in X-Api-Key', async () => {
    const key = await api.key();
    await request(api.app.getHttpServer() as never)
      .get('/v1/people')
      .set('X-Api-Key', key)
      .expect(200);
  });

  it('are stored as a hash and shown once', async () => {
    const { body } = (await admin.post('/v1/keys', { name: 'pipeline', scopes: ['read'] }).expect(201)) as {
      body: { id: string; key: string; start: string };
    };
    expect(body.key).toMatch(/^pk_[\w-]{43}$/);
    expect(body.key.startsWith(body.start)).toBe(true);
    const kept = JSON.stringify([
      await api.database.db.select().from(apiKeys),
      await api.database.db.select().from(audit),
      (await admin.get('/v1/keys')).body,
      api.logged,
    ]);
    expect(kept).toContain(body.start);
    expect(kept).not.toContain(body.key);
    await api.as(body.key).get('/v1/people').expect(200);
  });

  it('are refused at once after revocation', async () => {
    const { body } = (await admin.post('/v1/keys', { name: 'leaver', scopes: ['read'] })) as {
      body: { id: string; key: string };
    };
    await api.as(body.key).get('/v1/people').expect(200);
    const first = await admin.delete(`/v1/keys/${body.id}`).expect(200);
    await api.as(body.key).get('/v1/people').expect(401);
    const second = await admin.delete(`/v1/keys/${body.id}`).expect(200);
    expect((second.body as { revokedAt: string }).revokedAt).toBe((first.body as { revokedAt: string }).revokedAt);
  });

  it('are refused after they expire', async () => {
    const soon = new Date(Date.now() + 1500);
    const caller = api.as(await api.key('studio', ['read'], { expiresAt: soon.toISOString() }));
    await caller.get('/v1/people').expect(200);
    for (;;) {
      const answer = await caller.get('/v1/people');
      if (answer.status === 401) break;
      expect(Date.now()).toBeLessThan(soon.getTime() + 1000);
    }
    const past = await admin
      .post('/v1/keys', { name: 'late', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' })
      .expect(400);
    expect(past.body).toMatchObject({
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('expiresAt') },
    });
  });

  it('identify the caller', async () => {
    const key = await api.key('elsewhere', ['render']);
    expect((await api.as(key).get('/v1/caller').expect(200)).body).toMatchObject({
      tenant: 'elsewhere',
      key: { scopes: ['render'], start: key.slice(0, 9) },
    });
  });
});

describe('scopes', () => {
  const scopes = ['read', 'train', 'render', 'admin'] as const;

  it('are required by every endpoint', async () => {
    for (const scope of scopes) {
      const caller = api.as(await api.key('studio', [scope]));
      for (const { name, method, path, scopes: needed } of closed) {
        const { status } = await caller[method](path);
        expect([name, scope, status === 403]).toEqual([name, scope, scope !== 'admin' && !needed!.includes(scope)]);
      }
    }
  });

  it('are named when missing', async () => {
    const answer = await api
      .as(await api.key('studio', ['read']))
      .post('/v1/people', {})
      .expect(403);
    expect(answer.body).toMatchObject({
      error: { code: 'FORBIDDEN', message: 'The key has the scopes read; this operation needs train.' },
    });
  });
});

describe('tenant isolation', () => {
  it("hides another tenant's resources and their existence", async () => {
    const person = await createPerson(api, admin);
    const consent = await createConsent(admin);
    const { body: key } = (await admin.post('/v1/keys', { name: 'own', scopes: ['read'] })) as { body: { id: string } };
    const { body: upload } = (await admin
      .post('/v1/uploads', { kind: 'audio', personId: person, bytes: 3, contentType: 'audio/wav' })
      .expect(201)) as { body: { id: string } };
    const other = api.as(await api.key('rival'));
    const refused: [string, string, object?][] = [
      ['get', `/v1/people/${person}`],
      ['patch', `/v1/people/${person}`, { name: 'mine' }],
      ['delete', `/v1/people/${person}`],
      ['post', `/v1/people/${person}:cancel`],
      ['post', `/v1/people/${person}:resume`, {}],
      ['get', `/v1/people/${person}/stages/ingest`],
      ['post', `/v1/people/${person}/stages/ingest:retry`, {}],
      ['post', `/v1/people/${person}/stages/ingest:skip`, {}],
      ['get', `/v1/people/${person}/artifacts/${'0'.repeat(64)}`],
      ['get', `/v1/consents/${consent}`],
      ['get', `/v1/uploads/${upload.id}`],
      ['post', `/v1/uploads/${upload.id}:complete`],
      ['delete', `/v1/uploads/${upload.id}`],
      ['delete', `/v1/keys/${key.id}`],
      ['post', '/v1/videos', { personId: person, audio: 'recorded' }],
      ['post', '/v1/uploads', { kind: 'audio', personId: person, bytes: 3, contentType: 'audio/wav' }],
      ['get', `/v1/events?personId=${person}`],
    ];
    for (const [verb, path, body] of refused) {
      const answer = await other[verb as 'post'](path, body);
      const same = await other[verb as 'post'](
        path
          .replaceAll(person, 'p_nobody')
          .replaceAll(consent, 'c_nothing')
          .replaceAll(upload.id, 'u_nothing')
          .replaceAll(key.id, 'k_nothing'),
        body === undefined ? undefined : (JSON.parse(JSON.stringify(body).replaceAll(person, 'p_nobody')) as object),
      );
      expect([path, answer.status, same.status]).toEqual([path, 404, 404]);
    }
    for (const path of ['/v1/people', '/v1/consents', '/v1/uploads', '/v1/videos'])
      expect([path, JSON.stringify((await other.get(path).expect(200)).body).includes(person)]).toEqual([path, false]);
    const consentUsed = await other
      .post('/v1/people', { consentId: consent, video: { url: 'https://example.org/a.mp4' } })
      .expect(403);
    expect(consentUsed.body).toMatchObject({ error: { code: 'CONSENT_MISSING' } });
  });

  it('answers 404 on every endpoint with a foreign id and changes nothing', async () => {
    const idOf = (answer: { body: unknown }): string => (answer.body as { id: string }).id;
    const person = await createPerson(api, admin);
    const { video } = api.engine.portrait(person)!;
    await publishTestPortrait(api, person);
    const webhooks = idOf(await admin.post('/v1/webhooks', { url: 'https://hooks.example.org/' }).expect(201));
    await api.bookkeeping.tell({ id: `told-${person}`, type: 'person.training', tenant: 'studio', person });
    const there: Record<string, string> = {
      people: person,
      webhooks,
      consents: await createConsent(admin),
      keys: idOf(await admin.post('/v1/keys', { name: 'own', scopes: ['read'] })),
      uploads: idOf(
        await admin
          .post('/v1/uploads', { kind: 'audio', personId: person, bytes: 3, contentType: 'audio/wav' })
          .expect(201),
      ),
      videos: idOf(await admin.post('/v1/videos', { personId: person, audio: 'recorded' }).expect(202)),
      batches: idOf(
        await admin.post('/v1/batches', { items: [{ id: 'one', personId: person, audio: 'recorded' }] }).expect(202),
      ),
      deliveries: (
        (await admin.get(`/v1/deliveries?webhookId=${webhooks}`).expect(200)).body as { data: { id: string }[] }
      ).data[0]!.id,
      erasures: idOf(await admin.delete(`/v1/people/${await createPerson(api, admin)}`).expect(202)),
    };
    const named = Object.entries(ENDPOINTS as Record<string, Endpoint>)
      .filter(([, { path }]) => path.includes('{'))
      .map(([name, { method, path }]) => ({
        name,
        reads: method === 'GET',
        verb: method.toLowerCase() as 'post',
        path: path
          .replace('{id}', there[path.split('/')[2]!]!)
          .replace('{stage}', 'ingest')
          .replace('{item}', 'one')
          .replace('{digest}', video.digest),
      }));
    const seen = (): Promise<[string, number][]> =>
      Promise.all(
        named
          .filter(({ reads }) => reads)
          .map(async ({ name, path }): Promise<[string, number]> => [name, (await admin.get(path)).status]),
      );
    const before = await seen();
    expect(before.filter(([, status]) => status !== 200)).toEqual([]);
    const other = api.as(await api.key('rival'));
    for (const { name, reads, verb, path } of named)
      expect([name, (await other[verb](path, reads ? undefined : {})).status]).toEqual([name, 404]);
    expect(await seen()).toEqual(before);
  });
});

describe('the audit log', () => {
  /** Waits: entries are written after the response is sent. */
  async function entries(
    caller: Caller,
    query: string,
    count: number,
  ): Promise<
    { action: string; status: number; code: string | null; target: string | null; keyId: string; requestId: string }[]
  > {
    for (;;) {
      const { body } = (await caller.get(`/v1/audit?${query}`).expect(200)) as { body: { data: never[] } };
      if (body.data.length >= count) return body.data;
    }
  }

  it('records caller, operation and result, but no request data', async () => {
    const key = await api.key('audited');
    const caller = api.as(key);
    const made = await caller
      .post('/v1/consents', { grantedBy: 'Secret Name', subject: 'Secret Name', date: '2026-01-31', purpose: 'x' })
      .set('X-Request-Id', 'ticket-17')
      .expect(201);
    await caller.post('/v1/people/p_nobody:cancel').expect(404);
    await api
      .as(await api.key('audited', ['read']))
      .post('/v1/consents', {})
      .expect(403);
    const found = await entries(caller, '', 3);
    expect(found.map(({ action, status, code, target }) => [action, status, code, target]).sort()).toEqual([
      ['cancelPerson', 404, 'NOT_FOUND', 'p_nobody'],
      ['createConsent', 201, null, (made.body as { id: string }).id],
      ['createConsent', 403, 'FORBIDDEN', null],
    ]);
    expect(found.find(({ status }) => status === 201)!.requestId).toBe('ticket-17');
    expect(JSON.stringify(await api.database.db.select().from(audit))).not.toMatch(/Secret Name|pk_/);
    expect(await entries(caller, 'action=cancelPerson', 1)).toHaveLength(1);
    expect(await entries(caller, 'target=p_nobody', 1)).toHaveLength(1);
  });

  it('is paged, newest first', async () => {
    const caller = api.as(await api.key('paged'));
    for (let i = 0; i < 5; i++) await caller.post(`/v1/people/p_${i}:cancel`).expect(404);
    await entries(caller, '', 5);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = (await caller.get(`/v1/audit?limit=2${cursor}`).expect(200)) as {
        body: { data: { target: string }[]; nextCursor: string | null };
      };
      seen.push(...body.data.map(({ target }) => target));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen.sort()).toEqual(['p_0', 'p_1', 'p_2', 'p_3', 'p_4']);
  });
});
