import { describe, expect, it } from '@jest/globals';
import type { BatchView } from '@portrait/contracts/api';
import { batches } from '../database/schema.js';
import { BatchFixture, refusal } from '../testing/batch-fixture.js';
import { createPerson, createUpload, WAV } from '../testing/test-api.js';

const fixture = new BatchFixture();

describe('a batch is refused and not stored', () => {
  const upload = `u_${'a'.repeat(20)}`;
  it.each<[string, () => object, number, RegExp]>([
    ['without items', () => ({ items: [] }), 400, /items: must not be empty/],
    ['with neither items nor csv', () => ({}), 400, /must have either items or csv/],
    ['with both', () => ({ items: fixture.items(1), csv: 'x' }), 400, /must have either items or csv/],
    ['with an empty CSV', () => ({ csv: 'id,person,audio\n' }), 400, /has no items/],
    [
      'with a broken row',
      () => ({ csv: `id,person,audio\na,${fixture.person},recorded\nb,${fixture.person}\n` }),
      400,
      /^row 3: has 2 cells/,
    ],
    [
      'with an id twice',
      () => ({ items: [...fixture.items(2), ...fixture.items(1)] }),
      400,
      /^items\.2\.id: "item 0" is also the id of items\.0/,
    ],
    [
      'with an id twice in CSV',
      () => ({ csv: `id,person,audio\na,${fixture.person},recorded\na,${fixture.person},recorded\n` }),
      400,
      /^row 3, column id: "a" is also the id of row 2/,
    ],
    [
      'for an unknown person',
      () => ({ items: fixture.items(1, { personId: 'p_nobody' }) }),
      404,
      /^items\.0\.personId: there is no person p_nobody/,
    ],
    [
      'for an unknown person in CSV',
      () => ({ csv: 'id,person,audio\na,p_nobody,recorded\n' }),
      404,
      /^row 2, column person: there is no person p_nobody/,
    ],
    [
      'with an unknown upload',
      () => ({ items: fixture.items(1, { audio: { uploadId: upload } }) }),
      404,
      /^items\.0\.audio: the upload u_a+ does not exist/,
    ],
    [
      'with a private address',
      () => ({ items: fixture.items(1, { audio: { url: 'http://10.0.0.1/a.wav' } }) }),
      400,
      /^items\.0\.audio: The address .* is refused: its host is a private network/,
    ],
    [
      'with invalid parameters',
      () => ({ items: fixture.items(2, { params: { render: { steps: 0 } } }) }),
      400,
      /items\.0: [^]*render\.steps/,
    ],
    [
      'with an invalid default',
      () => ({ items: fixture.items(1), defaults: { params: { rendr: {} } } }),
      400,
      /rendr: there is no such stage/,
    ],
    [
      'with a window of no length',
      () => ({ items: fixture.items(1), window: { from: '22:00', to: '22:00', timeZone: 'UTC' } }),
      400,
      /window: .*no length/,
    ],
    [
      'with an invalid time',
      () => ({ items: fixture.items(1), window: { from: '25:00', to: '06:00', timeZone: 'UTC' } }),
      400,
      /window: .*"25:00"/,
    ],
    [
      'with an unknown time zone',
      () => ({ items: fixture.items(1), window: { from: '22:00', to: '06:00', timeZone: 'Mars' } }),
      400,
      /window: .*"Mars" is not known/,
    ],
    ['with a priority of six', () => ({ items: fixture.items(1), priority: 6 }), 400, /priority: must be at most 5/],
    [
      'with a private callback address',
      () => ({ items: fixture.items(1), callbackUrl: 'http://localhost:80@10.0.0.1/' }),
      400,
      /refused/,
    ],
    [
      'with an unknown field',
      () => ({ items: fixture.items(1, { sed: 1 }) }),
      400,
      /items\.0\.sed: there is no such field/,
    ],
  ])('%s', async (_, body, status, message) => {
    const before = await fixture.api.database.db.$count(batches);
    const answer = await fixture.caller.post('/v1/batches', body()).expect(status);
    expect(refusal(answer).message).toMatch(message);
    expect(await fixture.api.database.db.$count(batches)).toBe(before);
  });

  it('of 100,001 items', async () => {
    const answer = await fixture.caller
      .post('/v1/batches', {
        csv: `id,person,audio\n${Array.from({ length: 100_001 }, (_, n) => `${n},p,recorded\n`).join('')}`,
      })
      .expect(400);
    expect(refusal(answer).message).toBe('csv: has more than 100000 items.');
  });

  it('for an unready person, or an upload of another person or kind', async () => {
    const fresh = await createPerson(fixture.api, fixture.caller);
    expect(
      refusal(await fixture.caller.post('/v1/batches', { items: fixture.items(1, { personId: fresh }) }).expect(409))
        .message,
    ).toBe(`items.0.personId: the person ${fresh} is queued; it has no portrait yet.`);
    const foreign = await createUpload(fixture.api, fixture.caller, WAV, {
      kind: 'audio',
      personId: fresh,
      contentType: 'audio/wav',
    });
    expect(
      refusal(
        await fixture.caller
          .post('/v1/batches', { items: fixture.items(1, { audio: { uploadId: foreign } }) })
          .expect(400),
      ).message,
    ).toContain('belongs to another person');
    const sound = await createUpload(fixture.api, fixture.caller, WAV, {
      kind: 'audio',
      personId: fixture.person,
      contentType: 'audio/wav',
    });
    expect(
      refusal(
        await fixture.caller
          .post('/v1/batches', { items: fixture.items(1, { pose: { uploadId: sound } }) })
          .expect(400),
      ).message,
    ).toContain('items.0.pose: the upload');
    const open = (
      (
        await fixture.caller.post('/v1/uploads', {
          kind: 'audio',
          personId: fixture.person,
          bytes: 10,
          contentType: 'audio/wav',
        })
      ).body as { id: string }
    ).id;
    expect(
      refusal(
        await fixture.caller
          .post('/v1/batches', { items: fixture.items(1, { audio: { uploadId: open } }) })
          .expect(409),
      ).message,
    ).toContain('is not complete');
  });

  it('for keys without the scope', async () => {
    await fixture.api
      .as(await fixture.api.key('studio', ['read', 'train']))
      .post('/v1/batches', { items: fixture.items(1) })
      .expect(403);
  });

  it('for another body with the same Idempotency-Key', async () => {
    const first = await fixture.caller
      .post('/v1/batches', { items: fixture.items(1) })
      .set('Idempotency-Key', 'night-1')
      .expect(202);
    const again = await fixture.caller
      .post('/v1/batches', { items: fixture.items(1) })
      .set('Idempotency-Key', 'night-1')
      .expect(202);
    expect((again.body as BatchView).id).toBe((first.body as BatchView).id);
    await fixture.caller
      .post('/v1/batches', { items: fixture.items(2) })
      .set('Idempotency-Key', 'night-1')
      .expect(409);
  });
});
