import { beforeAll, describe, expect, it } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { consents, idempotency } from '../database/schema.js';
import { useTestApi, CONSENT, type Caller } from '../testing/test-api.js';

const api = useTestApi();
let caller: Caller;
beforeAll(async () => {
  caller = api.as(await api.key());
});

const post = (key: string, body: object = CONSENT, by = caller) =>
  by.post('/v1/consents', body).set('Idempotency-Key', key);
const count = async (): Promise<number> => (await api.database.db.select({ id: consents.id }).from(consents)).length;
const age = (key: string, interval: string) =>
  api.database.db
    .update(idempotency)
    .set({ createdAt: sql`now() - ${interval}::interval` as never })
    .where(eq(idempotency.key, key));

describe('Idempotency-Key', () => {
  it('replays the first response and creates nothing twice', async () => {
    const before = await count();
    const first = await post('one').expect(201);
    const again = await post('one').expect(201);
    expect(again.body).toEqual(first.body);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
    expect(await count()).toBe(before + 1);
  });

  it('ignores the order of fields', async () => {
    const first = await post('order').expect(201);
    const again = await post('order', Object.fromEntries(Object.entries(CONSENT).reverse())).expect(201);
    expect(again.body).toEqual(first.body);
  });

  it('is refused with another body or endpoint', async () => {
    await post('two').expect(201);
    const answer = await post('two', { ...CONSENT, purpose: 'Another' }).expect(409);
    expect(answer.body).toMatchObject({
      error: { code: 'CONFLICT', message: 'The Idempotency-Key "two" was used for another request.' },
    });
    await caller.post('/v1/people/p_x:cancel').set('Idempotency-Key', 'two').expect(409);
  });

  it('is scoped to the tenant', async () => {
    const other = api.as(await api.key('rival'));
    const [mine, theirs] = [
      await post('shared').expect(201),
      await post('shared', { ...CONSENT, purpose: 'Another' }, other).expect(201),
    ];
    expect((mine.body as { id: string }).id).not.toBe((theirs.body as { id: string }).id);
  });

  it('lets one of several concurrent requests proceed', async () => {
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('race')));
    expect(await count()).toBe(before + 1);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(answers.every(({ status }) => [201, 409].includes(status))).toBe(true);
    expect((await post('race').expect(201)).headers['idempotency-replayed']).toBe('true');
  });

  it('does not store failures', async () => {
    await post('fails', { ...CONSENT, date: 'soon' }).expect(400);
    await post('fails').expect(201);
  });

  it('expires after a day and is taken over when its process died', async () => {
    const first = await post('day').expect(201);
    await age('day', '23 hours');
    expect((await post('day').expect(201)).body).toEqual(first.body);
    await age('day', '25 hours');
    expect((await post('day').expect(201)).body).not.toEqual(first.body);

    await api.database.db.insert(idempotency).values({ tenant: 'studio', key: 'died', request: 'x' });
    await post('died').expect(409);
    await age('died', '3 minutes');
    await post('died').expect(201);
  });

  it.each(['', 'a b', '\xe4', 'x'.repeat(201)])('refuses "%s"', async (key) => {
    await caller.post('/v1/consents', CONSENT).set('Idempotency-Key', key).expect(400);
  });

  it('is refused where the response holds a secret', async () => {
    const answer = await caller
      .post('/v1/keys', { name: 'x', scopes: ['read'] })
      .set('Idempotency-Key', 'secret')
      .expect(400);
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining('shown once') } });
  });
});
