import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PortraitError, type ArtifactRef, type QueuedVideo, type WorkEvent } from '@portrait/contracts';
import type { MediaSource, VideoRequest } from '@portrait/contracts/api';
import { fixtureRegistry } from '@portrait/stage-kit';
import { asc, eq } from 'drizzle-orm';
import { batches, batchItems, people } from '../database/schema.js';
import { portraitOf } from '../testing/portrait-of.js';
import { apiForTests, personOf } from '../testing/test-api.js';
import { batchBookkeeping, type BatchBookkeeping, type BatchTools } from './batch-bookkeeping.js';
import { insertItems } from './item-claims.js';

const api = apiForTests();
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const speech: ArtifactRef<'speech'> = { kind: 'speech', digest: 'a'.repeat(64), files: {} };
let person: string;
let told: WorkEvent[];
/** What each address does when it is fetched. */
let answers: Map<string, (signal: AbortSignal) => Promise<ArtifactRef>>;
let fetched: string[];
let batch = 0;

beforeAll(async () => {
  person = await personOf(api, api.as(await api.key()));
  await portraitOf(api, person);
});
beforeEach(() => {
  told = [];
  fetched = [];
  answers = new Map();
});
const held: (() => void)[] = [];
afterAll(() => held.forEach((release) => release()));

const media: BatchTools['media'] = {
  bring: (async (
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
  }) as BatchTools['media']['bring'],
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
    waitsMs: [1, 1],
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
const next = (books: BatchBookkeeping, id: string, claim: string, limit = 50) =>
  books.nextItems({ tenant: 'studio', batch: id, claim, limit });

describe('nextItems', () => {
  it('gives items in order, as many as were asked for, and what each is made of when that is asked', async () => {
    const id = await made([asked({ background: '#102030' }), asked(from('https://x.example/1')), asked()]);
    const books = booksWith();
    const [first, second, ...none] = await next(books, id, 'c1', 2);
    expect(none).toEqual([]);
    expect(first).toEqual({ tenant: 'studio', batch: id, video: `${id}-v0` });
    const input = await books.videoInput(first!);
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
    expect(await books.videoInput(second!)).toMatchObject({ video: `${id}-v1`, speech });
    expect(await statuses(id)).toEqual(['running', 'running', 'waiting']);
    expect(videos(await next(books, id, 'c2', 2))).toEqual(['v2']);
    expect(await next(books, id, 'c3')).toEqual([]);
  });

  it('gives the same items to the same call, and counts them as begun once', async () => {
    const id = await made([asked(), asked(), asked()]);
    const books = booksWith();
    const first = await next(books, id, 'c1', 2);
    expect(await next(books, id, 'c1', 2)).toEqual(first);
    expect((await rows(id)).map(({ attempt, claim }) => [attempt, claim])).toEqual([
      [1, 'c1'],
      [1, 'c1'],
      [0, null],
    ]);
  });

  it('gives each item to one call only, whoever asks at the same time', async () => {
    const id = await made(Array.from({ length: 40 }, () => asked()));
    const books = booksWith();
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => next(books, id, `c${n}`, 7)));
    const given = claims.flatMap(videos);
    expect(given).toHaveLength(40);
    expect(new Set(given).size).toBe(40);
  });

  it('lets an item that cannot be begun fail alone, and tells why', async () => {
    answers.set('https://x.example/page', () =>
      Promise.reject(
        new PortraitError('INPUT_UNREADABLE', 'The address answered with a web page (HTML), not with sound.', {
          hint: 'Give the address of the file itself.',
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
        error: expect.objectContaining({ hint: 'Give the address of the file itself.' }),
      }),
      expect.objectContaining({ video: `${id}-v2` }),
    ]);
  });

  it('goes on to others when all it took have failed, and says when none is left', async () => {
    answers.set('https://x.example/gone', () =>
      Promise.reject(new PortraitError('NOT_FOUND', 'There is no such file.')),
    );
    const id = await made([asked(from('https://x.example/gone')), asked(from('https://x.example/gone')), asked()]);
    expect(videos(await next(booksWith(), id, 'c1', 2))).toEqual(['v2']);
    const other = await made([asked(from('https://x.example/gone'))]);
    expect(await next(booksWith(), other, 'c1')).toEqual([]);
    expect(await statuses(other)).toEqual(['failed']);
  });

  it('tries again where a server elsewhere does not answer, three times in all', async () => {
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

  it('blames no item when our own store is away: the call fails, and the same call later gets them', async () => {
    const id = await made([asked(), asked()]);
    const books = booksWith();
    api.store.away = true;
    await expect(next(books, id, 'c1')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    api.store.away = false;
    expect(videos(await next(books, id, 'c1'))).toEqual(['v0', 'v1']);
    expect(told).toEqual([]);
  });

  it('blames no item when the database is away', async () => {
    const id = await made([asked()]);
    const db = new Proxy(api.database.db, {
      get: () => () => {
        throw new Error('connection refused');
      },
    });
    await expect(next(booksWith({ db }), id, 'c1')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(await statuses(id)).toEqual(['waiting']);
  });

  it('does not wait for what takes long: others are given, and it later, fetched once', async () => {
    let arrive: (ref: ArtifactRef) => void = () => undefined;
    answers.set('https://x.example/slow', () => new Promise((resolve) => (arrive = resolve)));
    const id = await made([asked(from('https://x.example/slow')), asked()]);
    const books = booksWith({ answerMs: 300 });
    expect(videos(await next(books, id, 'c1'))).toEqual(['v1']);
    expect((await rows(id)).map(({ status, attempt, claim }) => [status, attempt, claim])).toEqual([
      ['waiting', 0, null],
      ['running', 1, 'c1'],
    ]);
    await expect(next(books, id, 'c2')).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining('still being fetched'),
    });
    arrive(speech);
    expect(videos(await next(books, id, 'c2'))).toEqual(['v0']);
    expect(fetched).toEqual(['https://x.example/slow']);
  });

  it('gives up on what takes too long, and lets it fail', async () => {
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
    const books = booksWith();
    const [item] = await next(books, id, 'c1');
    await books.itemFailed({
      tenant: 'studio',
      batch: id,
      video: item!.video,
      error: { code: 'INTERNAL', message: 'no' },
    });
    await api.database.db.update(batchItems).set({ status: 'waiting', claim: null }).where(eq(batchItems.batch, id));
    expect(await next(booksWith(), id, 'c2')).toEqual([item]);
    expect(fetched).toEqual(['https://x.example/once']);
  });

  it('begins nothing of a cancelled batch, or of a person who is being erased', async () => {
    const cancelled = await made([asked()]);
    await api.database.db.update(batches).set({ status: 'cancelled' }).where(eq(batches.id, cancelled));
    expect(await next(booksWith(), cancelled, 'c1')).toEqual([]);
    const going = await personOf(api, api.as(await api.key()));
    await portraitOf(api, going);
    const id = await made([asked({ personId: going }), asked()]);
    await api.database.db.update(people).set({ status: 'erasing' }).where(eq(people.id, going));
    expect(videos(await next(booksWith(), id, 'c1'))).toEqual(['v1']);
  });

  it('leaves nothing of a person whose erasure began while something was fetched', async () => {
    const going = await personOf(api, api.as(await api.key()));
    await portraitOf(api, going);
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
  it('is kept once: what is done stays done, what was stopped is cancelled', async () => {
    const id = await made([asked(), asked(), asked()]);
    const books = booksWith();
    const [a, b] = await next(books, id, 'c1', 2);
    await api.books.publishVideo({
      tenant: 'studio',
      person,
      video: a!.video,
      result: { video: { kind: 'video', digest: 'b'.repeat(64), files: {} }, seconds: 1, coreSeconds: 2 },
    });
    await books.itemFailed({
      tenant: 'studio',
      batch: id,
      video: a!.video,
      error: { code: 'INTERNAL', message: 'late' },
    });
    await books.itemFailed({
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

  it('of a batch waits for what a retry has queued meanwhile', async () => {
    const id = await made([asked()]);
    const books = booksWith();
    const status = async (): Promise<string> =>
      (await api.database.db.select().from(batches).where(eq(batches.id, id)))[0]!.status;
    await books.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    expect(await status()).toBe('queued');
    await next(books, id, 'c1');
    await books.itemFailed({
      tenant: 'studio',
      batch: id,
      video: `${id}-v0`,
      error: { code: 'INTERNAL', message: 'no' },
    });
    await books.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    await books.finishBatch({ tenant: 'studio', batch: id, status: 'done' });
    expect(await status()).toBe('done');
  });

  it('of a batch that is gone is no fault', async () => {
    await booksWith().finishBatch({ tenant: 'studio', batch: 'b_gone', status: 'done' });
  });
});
