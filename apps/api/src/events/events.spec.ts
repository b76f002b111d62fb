import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portraitWorkflowId, type WorkEvent } from '@portrait/contracts';
import { eventSchema, type ApiEvent } from '@portrait/contracts/api';
import { eq } from 'drizzle-orm';
import { events, webhookDeliveries, webhooks } from '../database/schema.js';
import { useTestApi, createPerson, TestApi, type Caller } from '../testing/test-api.js';

const api = useTestApi({ refreshMs: 20 });
let key: string;
let caller: Caller;
let person: string;
beforeAll(async () => {
  key = await api.key();
  caller = api.as(key);
  person = await createPerson(api, caller);
  await api.app.listen(0, '127.0.0.1');
});

interface Message {
  id?: string;
  event?: string;
  data: unknown;
}

/** Reads a stream as an EventSource does. */
async function open(
  query: string,
  lastEventId?: string,
  by = key,
  from = api,
): Promise<
  AsyncDisposable & {
    status: number;
    headers: IncomingMessage['headers'];
    next(wanted?: (message: Message) => boolean): Promise<Message>;
    ended: Promise<void>;
  }
> {
  const { port } = from.app.getHttpServer().address() as AddressInfo;
  const request = get({
    port,
    host: '127.0.0.1',
    path: `/v1/events${query}`,
    headers: { Authorization: `Bearer ${by}`, ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }) },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const ended = new Promise<void>((settle) => response.on('error', () => undefined).on('close', settle));
  request.on('error', () => undefined);
  const messages: Message[] = [];
  let wake = (): void => undefined;
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields['data'] !== undefined) messages.push({ ...fields, data: JSON.parse(fields['data']) as unknown });
    }
    wake();
  });
  return {
    status: response.statusCode!,
    headers: response.headers,
    ended,
    async next(wanted = ({ event }) => event !== 'progress') {
      for (;;) {
        const message = messages.shift();
        if (message === undefined) await new Promise<void>((settle) => (wake = settle));
        else if (wanted(message)) return message;
      }
    },
    async [Symbol.asyncDispose]() {
      request.destroy();
      await ended;
    },
  };
}

let told = 0;
const tell = async (type: WorkEvent['type'], more: Partial<WorkEvent> = {}): Promise<string> => {
  const id = `t${told++}`;
  await api.bookkeeping.tell({ id, type, tenant: 'studio', person, ...more });
  return id;
};

describe('the event stream', () => {
  it('sends new events in the event schema', async () => {
    await tell('person.training');
    await using stream = await open('');
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const id = await tell('stage.done', { stage: 'ingest', attempt: 2, coreSeconds: 1.5 });
    const message = await stream.next();
    expect(message).toMatchObject({ event: 'stage.done', id: expect.stringMatching(/^\d+$/) });
    expect(eventSchema.parse(message.data)).toMatchObject({
      id,
      type: 'stage.done',
      personId: person,
      stage: 'ingest',
      attempt: 2,
      coreSeconds: 1.5,
      error: null,
    });
  });

  it('resumes after Last-Event-ID without gaps or repeats', async () => {
    const ids: string[] = [];
    let last: string;
    {
      await using first = await open('');
      ids.push(await tell('stage.done', { stage: 'landmarks' }));
      last = (await first.next()).id!;
    }
    for (let i = 0; i < 3; i++) ids.push(await tell('stage.done', { stage: 'landmarks', attempt: i }));
    await using second = await open('', last);
    ids.push(await tell('person.ready'));
    const seen = [await second.next(), await second.next(), await second.next(), await second.next()].map(
      ({ data }) => (data as ApiEvent).id,
    );
    expect(seen).toEqual(ids.slice(1));
  });

  it('replays from the beginning after 0', async () => {
    await using stream = await open('', '0');
    const all = await api.database.db.select({ id: events.id }).from(events).orderBy(events.seq);
    for (const { id } of all) expect(((await stream.next()).data as ApiEvent).id).toBe(id);
  });

  it("filters by person, and never sends another tenant's events", async () => {
    const other = await createPerson(api, caller);
    const rival = await api.key('rival');
    const theirs = await createPerson(api, api.as(rival));
    await using mine = await open(`?personId=${person}`);
    await using everything = await open('', undefined, rival);
    await api.bookkeeping.tell({ id: 'x-other', type: 'person.training', tenant: 'studio', person: other });
    await api.bookkeeping.tell({ id: 'x-theirs', type: 'person.training', tenant: 'rival', person: theirs });
    const id = await tell('stage.done', { stage: 'ingest' });
    expect(((await mine.next()).data as ApiEvent).id).toBe(id);
    expect(((await everything.next()).data as ApiEvent).id).toBe('x-theirs');
  });

  it('sends progress of the watched person without an id', async () => {
    const id = await createPerson(api, caller);
    await using stream = await open(`?personId=${id}`);
    const first = await stream.next(({ event }) => event === 'progress');
    expect(first).toMatchObject({ data: { personId: id, progress: 0 } });
    expect(first.id).toBeUndefined();
    api.engine.setNodes(
      portraitWorkflowId(id),
      { ingest: { status: 'running', attempt: 1 } },
      { ingest: { node: 'ingest', done: 1, total: 4, unit: 'frames' } },
    );
    expect(
      await stream.next(({ event, data }) => event === 'progress' && (data as { progress: number }).progress === 0.25),
    ).toMatchObject({ data: { stages: [{ stage: 'ingest', done: 1, total: 4, unit: 'frames' }] } });
  });

  it('refuses invalid subscriptions', async () => {
    expect((await open('?personId=p_nobody')).status).toBe(404);
    expect((await open('?videoId=v_nothing')).status).toBe(404);
    expect((await open('?batchId=b_nothing')).status).toBe(404);
    expect((await open(`?personId=${person}&videoId=v`)).status).toBe(400);
    expect((await open('', 'yesterday')).status).toBe(400);
  });

  it('ends when the API shuts down', async () => {
    const before = process.listenerCount('SIGTERM');
    const short = new TestApi({ refreshMs: 20 });
    await short.open();
    await short.app.listen(0, '127.0.0.1');
    await using stream = await open('', undefined, await short.key(), short);
    await short.close();
    await stream.ended;
    // The service handles signals and drains before it closes the API.
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('ends when the watched person is erased', async () => {
    const id = await createPerson(api, caller);
    await using stream = await open(`?personId=${id}`);
    await using all = await open('');
    const { body } = (await caller.delete(`/v1/people/${id}`).expect(202)) as { body: { id: string } };
    await api.bookkeeping.eraseRows({ erasure: body.id });
    await stream.ended;
    const erased = await all.next(({ event }) => event === 'person.erased');
    expect(erased.data).toMatchObject({ erasureId: body.id, personId: null });
  });
});

describe('webhook deliveries', () => {
  it('are queued once per event for each webhook and callback address', async () => {
    const id = await createPerson(api, caller, { callbackUrl: 'https://hooks.example.org/anna' });
    const hook = { tenant: 'studio', secret: 's', url: 'https://hooks.example.org/all' };
    await api.database.db.insert(webhooks).values([
      { ...hook, id: 'w_ready', events: ['person.ready', 'person.failed'] },
      { ...hook, id: 'w_off', events: ['person.ready'], active: false },
      { ...hook, id: 'w_other', events: ['video.ready'] },
      { ...hook, id: 'w_foreign', tenant: 'rival', events: ['person.ready'] },
    ]);
    await api.bookkeeping.tell({ id: 'told-once', type: 'person.ready', tenant: 'studio', person: id });
    await api.bookkeeping.tell({ id: 'told-once', type: 'person.ready', tenant: 'studio', person: id });
    const queued = await api.database.db
      .select()
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.event, 'told-once'));
    expect(queued.map(({ webhook, url, status }) => [webhook, url, status]).sort()).toEqual([
      [null, 'https://hooks.example.org/anna', 'pending'],
      ['w_ready', 'https://hooks.example.org/all', 'pending'],
    ]);
    expect(queued.every(({ payload, nextAt }) => eventSchema.safeParse(payload).success && nextAt !== null)).toBe(true);
  });
});
