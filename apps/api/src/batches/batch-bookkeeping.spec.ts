import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PortraitError, type ArtifactRef, type QueuedVideo, type WorkEvent } from '@portrait/contracts';
import type { MediaSource, VideoRequest } from '@portrait/contracts/api';
import { fixtureRegistry } from '@portrait/stage-kit';
import { asc, eq } from 'drizzle-orm';
import { batches, batchItems, people } from '../database/schema.js';
import { publishTestPortrait } from '../testing/test-portrait.js';
import { useTestApi, createPerson } from '../testing/test-api.js';
import { batchBookkeeping, type BatchBookkeeping, type BatchTools } from './batch-bookkeeping.js';
import { insertItems } from './item-claims.js';

const api = useTestApi();
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const speech: ArtifactRef<'speech'> = { kind: 'speech', digest: 'a'.repeat(64), files: {} };
let person: string;
let told: WorkEvent[];
/** Response of each address when it is fetched. */
let answers: Map<string, (signal: AbortSignal) => Promise<ArtifactRef>>;
let fetched: string[];
let batch = 0;

beforeAll(async () => {
  person = await createPerson(api, api.as(await api.key()));
  await publishTestPortrait(api, person);
});
beforeEach(() => {
  told = [];
  fetched = [];
  answers = new Map();
});
const held: (() => void)[] = [];
afterAll(() => held.forEach((release) => release()));

const media: BatchTools['media'] = {
  importMedia: (async (
    _tenant: string,
    _person: string,
    _kind: string,
    source: MediaSource,
    _field: string,
    signal: AbortSignal,
  ) => {
    const url = 'url' in source ? source.url : source.uploadId;
    fetched.push(url);
    return (answers.get(url) ?? (() => Promise.resolve(speech)))(signal);
  }) as BatchTools['media']['importMedia'],
};
const booksWith = (more: Partial<BatchTools> = {}): BatchBookkeeping =>
  batchBookkeeping({
    db: api.database.db,
    store: api.store,
    eraser: api.store,
    registry: () => Promise.resolve(fixtureRegistry()),
    media,
    tell: (event) => Promise.resolve(void told.push(event)),
    log: silent,
    heartbeatSeconds: 9,
    retryDelaysMs: [1, 1],
    ...more,
  });
const asked = (more: Partial<VideoRequest> = {}): VideoRequest => ({
  personId: person,
  audio: 'recorded',
  params: {},
  seed: 5,
  shards: 2,
  metadata: {},
  ...more,
});
const from = (url: string): Partial<VideoRequest> => ({ audio: { url } });
async function made(requests: VideoRequest[]): Promise<string> {
  const id = `b_${batch++}`;
  await api.database.db.insert(batches).values({
    id,
    tenant: 'studio',
    status: 'running',
    priority: 3,
    concurrency: 2,
    defaults: {},
    total: requests.length,
  });
  await insertItems(
    api.database.db,
    id,
    requests.map((request, n) => ({
      item: `i${n}`,
      person: request.personId,
      request: { asked: request },
      videoId: `${id}-v${n}`,
    })),
  );
  return id;
}
const rows = (id: string) =>
  api.database.db.select().from(batchItems).where(eq(batchItems.batch, id)).orderBy(asc(batchItems.place));
const statuses = async (id: string): Promise<string[]> => (await rows(id)).map(({ status }) => status);
const videos = (items: readonly QueuedVideo[]): string[] => items.map(({ video }) => video.split('-')[1]!);
const next = (bookkeeping: BatchBookkeeping, id: string, claim: string, limit = 50) =>
  bookkeeping.nextItems({ tenant: 'studio', batch: id, claim, limit });

describe('nextItems', () => {
  it('returns items in order up to the limit, and their inputs on request', async () => {
    const id = await made([asked({ background: '#102030' }), asked(from('https://x.example/1')), asked()]);
    const bookkeeping = booksWith();
    const [first, second, ...none] = await next(bookkeeping, id, 'c1', 2);
    expect(none).toEqual([]);
    expect(first).toEqual({ tenant: 'studio', batch: id, video: `${id}-v0` });
    const input = await bookkeeping.videoInput(first!);
    expect(input).toMatchObject({
      tenant: 'studio',
      person,
      video: `${id}-v0`,
      batch: id,
      seed: 5,
      shards: 2,
      onFailure: 'fail',
      timing: { heartbeatSeconds: 9 },
      speech: { kind: 'clip' },
    });
    expect(input.params.render).toMatchObject({ pose: 'recorded', background: '#102030' });
    expect(await bookkeeping.videoInput(second!)).toMatchObject({ video: `${id}-v1`, speech });
    expect(await statuses(id)).toEqual(['running', 'running', 'waiting']);
    expect(videos(await next(bookkeeping, id, 'c2', 2))).toEqual(['v2']);
    expect(await next(bookkeeping, id, 'c3')).toEqual([]);
  });

  it('returns the same items for a repeated claim and counts one attempt', async () => {
    const id = await made([asked(), asked(), asked()]);
    const bookkeeping = booksWith();
    const first = await next(bookkeeping, id, 'c1', 2);
    expect(await next(bookkeeping, id, 'c1', 2)).toEqual(first);
    expect((await rows(id)).map(({ attempt, claim }) => [attempt, claim])).toEqual([
      [1, 'c1'],
      [1, 'c1'],
      [0, null],
    ]);
  });

  it('gives each item to one of several concurrent claims', async () => {
    const id = await made(Array.from({ length: 40 }, () => asked()));
    const bookkeeping = booksWith();
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => next(bookkeeping, id, `c${n}`, 7)));
    const given = claims.flatMap(videos);
    expect(given).toHaveLength(40);
    expect(new Set(given).size).toBe(40);
  });

  it('fails only the item that cannot start, and publishes why', async () => {
    answers.set('https://x.example/page', () =>
      Promise.reject(
        new PortraitError('INPUT_UNREADABLE', 'The address answered with a web page (HTML), not with sound.', {
          hint: 'Use the address of the file itself.',
        }),
      ),
    );
    const id = await made([
      asked(from('https://x.example/page')),
      asked(),
      asked({ params: { render: { steps: 0 } } }),
    ]);
    expect(videos(await next(booksWith(), id, 'c1'))).toEqual(['v1']);
    expect((await rows(id)).map(({ status, error }) => [status, error?.code ?? null])).toEqual([
      ['failed', 'INPUT_UNREADABLE'],
      ['running', null],
      ['failed', 'INVALID_ARGUMENT'],
    ]);
    expect(told.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      expect.objectContaining({
        id: `refused/${id}-v0/1`,
        type: 'video.failed',
        tenant: 'studio',
        person,
        batch: id,
        video: `${id}-v0`,
        error: expect.objectContaining({ hint: 'Use the address of the file itself.' }),
      }),
      expect.objectContaining({ video: `${id}-v2` }),
    ]);
  });

  it('claims more when all claimed items fail, and returns none at the end', async () => {
    answers.set('https://x.example/gone', () =>
      Promise.reject(new PortraitError('NOT_FOUND', 'There is no such file.')),
    );
    const id = await made([asked(from('https://x.example/gone')), asked(from('https://x.example/gone')), asked()]);
    expect(videos(await next(booksWith(), id, 'c1', 2))).toEqual(['v2']);
    const other = await made([asked(from('https://x.example/gone'))]);
    expect(await next(booksWith(), other, 'c1')).toEqual([]);
    expect(await statuses(other)).toEqual(['failed']);
  });

  it('tries an unreachable server three times', async () => {
    let failures = 2;
    answers.set('https://x.example/flaky', () =>
      failures-- > 0
        ? Promise.reject(new PortraitError('SERVER_UNREACHABLE', 'Nothing listens.'))
        : Promise.resolve(speech),
    );
    answers.set('https://x.example/away', () =>
      Promise.reject(new PortraitError('SERVER_UNREACHABLE', 'Nothing listens.')),
    );
    const id = await made([asked(from('https://x.example/flaky')), asked(from('https://x.example/away'))]);
    expect(videos(await next(booksWith(), id, 'c1'))).toEqual(['v0']);
    expect(fetched.filter((url) => url.endsWith('away'))).toHaveLength(3);
    expect((await rows(id))[1]).toMatchObject({ status: 'failed', error: { code: 'SERVER_UNREACHABLE' } });
  });

  it('fails no item when the store is unreachable, and returns the items later', async () => {
    const id = await made([asked(), asked()]);
    const bookkeeping = booksWith();
    api.store.unreachable = true;
    await expect(next(bookkeeping, id, 'c1')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    api.store.unreachable = false;
    expect(videos(await next(bookkeeping, id, 'c1'))).toEqual(['v0', 'v1']);
    expect(told).toEqual([]);
  });

  it('fails no item when the database is unreachable', async () => {
    const id = await made([asked()]);
    const db = new Proxy(api.database.db, {
      get: () => () => {
        throw new Error('connection refused');
      },
    });
    await expect(next(booksWith({ db }), id, 'c1')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(await statuses(id)).toEqual(['waiting']);
  });

  it('returns slow items later, fetched once', async () => {
    let arrive: (ref: ArtifactRef) => void = () => undefined;
    answers.set('https://x.example/slow', () => new Promise((resolve) => (arrive = resolve)));
    const id = await made([asked(from('https://x.example/slow')), asked()]);
    const bookkeeping = booksWith({ responseMs: 300 });
    expect(videos(await next(bookkeeping, id, 'c1'))).toEqual(['v1']);
    expect((await rows(id)).map(({ status, attempt, claim }) => [status, attempt, claim])).toEqual([
      ['waiting', 0, null],
      ['running', 1, 'c1'],
    ]);
    await expect(next(bookkeeping, id, 'c2')).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining('still being fetched'),
    });
    arrive(speech);
    expect(videos(await next(bookkeeping, id, 'c2'))).toEqual(['v0']);
    expect(fetched).toEqual(['https://x.example/slow']);
  });

  it('fails an item whose fetch exceeds the limit', async () => {
    answers.set(
      'https://x.example/endless',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const id = await made([asked(from('https://x.example/endless'))]);
    expect(await next(booksWith({ fetchMs: 60 }), id, 'c1')).toEqual([]);
    expect((await rows(id))[0]).toMatchObject({
      status: 'failed',
      error: { code: 'SERVER_UNREACHABLE', message: expect.stringContaining('could not be fetched within') },
    });
  });

  it('fetches once for all attempts of an item', async () => {
    const id = await made([asked(from('https://x.example/once'))]);
    const bookkeeping = booksWith();
    const [item] = await next(bookkeeping, id, 'c1');
    await bookkeeping.itemFailed({
      tenant: 'studio',
      batch: id,
      video: item!.video,
      error: { code: 'INTERNAL', message: 'no' },
    });
    await api.database.db.update(batchItems).set({ status: 'waiting', claim: null }).where(eq(batchItems.batch, id));
    expect(await next(booksWith(), id, 'c2')).toEqual([item]);
    expect(fetched).toEqual(['https://x.example/once']);
  });

  it('starts nothing of a cancelled batch or of a person being erased', async () => {
    const cancelled = await made([asked()]);
    await api.database.db.update(batches).set({ status: 'cancelled' }).where(eq(batches.id, cancelled));
    expect(await next(booksWith(), cancelled, 'c1')).toEqual([]);
    const going = await createPerson(api, api.as(await api.key()));
    await publishTestPortrait(api, going);
    const id = await made([asked({ personId: going }), asked()]);
    await api.database.db.update(people).set({ status: 'erasing' }).where(eq(people.id, going));
    expect(videos(await next(booksWith(), id, 'c1'))).toEqual(['v1']);
  });

  it('deletes media fetched while the person is being erased', async () => {
    const going = await createPerson(api, api.as(await api.key()));
    await publishTestPortrait(api, going);
    answers.set('https://x.example/last', async () => {
      await api.database.db.update(people).set({ status: 'erasing' }).where(eq(people.id, going));
      return speech;
    });
    const id = await made([asked({ personId: going, ...from('https://x.example/last') })]);
    expect(await next(booksWith(), id, 'c1')).toEqual([]);
    expect(await statuses(id)).toEqual(['cancelled']);
    expect(await api.store.people()).not.toContain(going);
    expect(told).toEqual([]);
  });
});

describe('the end of items and batches', () => {
  it('is recorded once: done stays done, stopped becomes cancelled', async () => {
    const id = await made([asked(), asked(), asked()]);
    const bookkeeping = booksWith();
    const [a, b] = await next(bookkeeping, id, 'c1', 2);
    await api.bookkeeping.publishVideo({
      tenant: 'studio',
      person,
      video: a!.video,
      result: { video: { kind: 'video', digest: 'b'.repeat(64), files: {} }, seconds: 1, coreSeconds: 2 },
    });
    await bookkeeping.itemFailed({
      tenant: 'studio',
      batch: id,
      video: a!.video,
      error: { code: 'INTERNAL', message: 'late' },
    });
    await bookkeeping.itemFailed({
      tenant: 'studio',
      batch: id,
      video: b!.video,
      error: { code: 'CANCELLED', message: 'Stopped.' },
    });
    expect((await rows(id)).map(({ status, error }) => [status, error])).toEqual([
      ['done', null],
      ['cancelled', null],
      ['waiting', null],
    ]);
  });

  it('queues the batch again when a retry arrived meanwhile', async () => {
    const id = await made([asked()]);
    const bookkeeping = booksWith();
    const status = async (): Promise<string> =>
      (await api.database.db.select().from(batches).where(eq(batches.id, id)))[0]!.status;
    await bookkeeping.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    expect(await status()).toBe('queued');
    await next(bookkeeping, id, 'c1');
    await bookkeeping.itemFailed({
      tenant: 'studio',
      batch: id,
      video: `${id}-v0`,
      error: { code: 'INTERNAL', message: 'no' },
    });
    await bookkeeping.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    await bookkeeping.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    expect(await status()).toBe('done');
  });

  it('ignores a batch that no longer exists', async () => {
    await booksWith().finishBatch({ tenant: 'studio', batch: 'b_gone', status: 'done' });
  });
});
