import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PortraitError } from '@portrait/contracts';
import { answer } from './answer.js';
import { openClient, type ApiClient } from './client.js';
import { followEvents, readEvents, type StreamMessage } from './events.js';
import { uploadFile } from './upload.js';

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}
type Handler = (asked: Asked, response: ServerResponse) => void;

let server: Server;
let client: ApiClient;
let handle: Handler;
const asked: Asked[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const entry = {
          method: request.method!,
          url: request.url!,
          headers: request.headers,
          body: Buffer.concat(chunks),
        };
        asked.push(entry);
        handle(entry, response);
      });
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  client = openClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, key: 'pk_test' });
});
beforeEach(() => void asked.splice(0));
afterAll(
  () =>
    new Promise<void>((settle) => {
      server.close(() => settle());
      server.closeAllConnections();
    }),
);

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
const failure = (code: string, more: object = {}) => ({
  error: { code, message: 'It is so.', hint: 'Do that.', at: null, requestId: 'r_1', ...more },
});
const caught = async (call: Promise<unknown>): Promise<PortraitError> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PortraitError);
  return error as PortraitError;
};

describe('a request', () => {
  it('sends key, path and body, and returns the response body', async () => {
    handle = (_, response) => json(response, 202, { id: 'p_1' });
    const person = await answer(
      client.POST('/v1/people/{id}/stages/{stage}:retry', {
        params: { path: { id: 'p_1', stage: 'ingest' } },
        body: { params: { size: 256 } },
      }),
    );
    expect(person.id).toBe('p_1');
    expect(asked.map(({ method, url, headers, body }) => [method, url, headers.authorization, String(body)])).toEqual([
      ['POST', '/v1/people/p_1/stages/ingest:retry', 'Bearer pk_test', '{"params":{"size":256}}'],
    ]);
  });

  it('throws the PortraitError of the server when refused', async () => {
    handle = (_, response) => json(response, 409, failure('CONFLICT', { at: { stage: 'ingest', second: 2 } }));
    const error = await caught(answer(client.POST('/v1/people/{id}:cancel', { params: { path: { id: 'p_1' } } })));
    expect(error).toMatchObject({
      code: 'CONFLICT',
      message: 'It is so.',
      hint: 'Do that.',
      at: { stage: 'ingest', second: 2 },
    });
    handle = (_, response) => json(response, 500, failure('INTERNAL'));
    expect((await caught(answer(client.GET('/v1/stages')))).hint).toBe('Do that. Request id: r_1.');
  });

  it('reports a server that is not the API', async () => {
    handle = (_, response) =>
      void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>Bad gateway</html>');
    expect(await caught(answer(client.GET('/v1/stages')))).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringMatching(/answered 502, but not like the API/),
    });
    const nobody = openClient({ url: 'http://127.0.0.1:1', key: 'pk_test', signal: AbortSignal.timeout(150) });
    expect((await caught(answer(nobody.POST('/v1/people/{id}:cancel', { params: { path: { id: 'p' } } })))).code).toBe(
      'SERVER_UNREACHABLE',
    );
  });

  it('is retried on 429 and 503 when that is safe', async () => {
    const refusals =
      (count: number, status: number): Handler =>
      (_, response) =>
        asked.length <= count
          ? json(response, status, failure(status === 429 ? 'RATE_LIMITED' : 'STORE_UNREACHABLE'), {
              'Retry-After': '0',
            })
          : json(response, 200, { id: 'x' });
    handle = refusals(2, 503);
    await answer(client.GET('/v1/stages'));
    expect(asked).toHaveLength(3);
    asked.splice(0);
    expect(
      (
        await caught(
          answer(
            client.POST('/v1/consents', { body: { grantedBy: 'a', subject: 'a', date: '2026-01-01', purpose: 'x' } }),
          ),
        )
      ).code,
    ).toBe('STORE_UNREACHABLE');
    expect(asked).toHaveLength(1);
    asked.splice(0);
    await answer(
      client.POST('/v1/consents', {
        params: { header: { 'Idempotency-Key': 'k' } },
        body: { grantedBy: 'a', subject: 'a', date: '2026-01-01', purpose: 'x' },
      }),
    );
    expect(asked.map(({ body }) => String(body)).filter((body, i, all) => body === all[0])).toHaveLength(3);
    asked.splice(0);
    handle = refusals(1, 429);
    await answer(client.POST('/v1/people/{id}:cancel', { params: { path: { id: 'p' } } }));
    expect(asked).toHaveLength(2);
  });
});

describe('an upload', () => {
  const file = Buffer.from('0123456789abcdefghij');
  const bytes = {
    size: file.length,
    slice: async (start: number, end: number) => new Uint8Array(file.subarray(start, end)),
  };
  const request = { kind: 'audio', personId: 'p', contentType: 'audio/wav' } as const;

  /** A store with three parts of 8 bytes; `breaks` lists the part numbers whose PUT fails. */
  function storing(breaks: number[] = []): Map<number, string> {
    const parts = new Map<number, string>();
    const view = (status: string) => ({
      id: 'u_1',
      status,
      bytes: file.length,
      partBytes: 8,
      ...request,
      parts:
        status === 'open'
          ? [1, 2, 3].map((number) => ({
              number,
              bytes: number === 3 ? 4 : 8,
              done: parts.has(number),
              url: parts.has(number) ? null : `${client.url}/store/${number}?round=${asked.length}`,
            }))
          : [],
    });
    handle = ({ method, url, body, headers }, response) => {
      const part = Number(/^\/store\/(\d)/.exec(url)?.[1]);
      if (!part) return json(response, 200, view(url.endsWith(':complete') ? 'complete' : 'open'));
      expect([method, headers.authorization]).toEqual(['PUT', undefined]);
      const broken = breaks.indexOf(part);
      if (broken >= 0) {
        breaks.splice(broken, 1);
        response.socket!.destroy();
        return;
      }
      parts.set(part, String(body));
      response.writeHead(200).end();
    };
    return parts;
  }

  it('sends every part to its link and reports progress', async () => {
    const parts = storing();
    const told: number[] = [];
    const upload = await uploadFile(client, bytes, request, { onProgress: (done) => told.push(done) });
    expect(upload.status).toBe('complete');
    expect([...parts].sort()).toEqual([
      [1, '01234567'],
      [2, '89abcdef'],
      [3, 'ghij'],
    ]);
    expect([told[0], told.at(-1), [...told].sort((a, b) => a - b)]).toEqual([0, 20, told]);
  });

  it('resumes with missing parts and fresh links after a broken connection', async () => {
    const parts = storing([2]);
    await uploadFile(client, bytes, request);
    expect([...parts.values()].sort().join('')).toBe(file.toString());
    expect(asked.filter(({ url }) => url.startsWith('/store/1')).length).toBe(1);
    const tries = asked.filter(({ url }) => url.startsWith('/store/2')).map(({ url }) => url);
    expect(new Set(tries).size).toBe(2);
  });

  it('resumes an earlier upload, and refuses another file', async () => {
    const parts = storing();
    parts.set(1, '01234567').set(2, '89abcdef');
    await uploadFile(client, bytes, request, { id: 'u_1' });
    expect(asked.filter(({ method }) => method === 'PUT').map(({ url }) => url.slice(0, 8))).toEqual(['/store/3']);
    expect((await caught(uploadFile(client, { ...bytes, size: 21 }, request, { id: 'u_1' }))).code).toBe('CONFLICT');
  });
});

describe('events', () => {
  const block = (id: number, type: string): string =>
    `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id: `e${id}`, type })}\n\n`;

  it('are parsed across chunk boundaries', async () => {
    const progress = JSON.stringify({ progress: 0.5, personId: 'ä' });
    const text =
      `retry: 2000\n\n:\n\n${block(1, 'person.training')}` +
      `event: progress\ndata: ${progress}\n\n${block(2, 'person.ready')}`;
    for (const size of [1, 2, 7, 1000]) {
      const source = Buffer.from(text);
      const cut = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < source.length; at += size) controller.enqueue(source.subarray(at, at + size));
          controller.close();
        },
      });
      const heard: StreamMessage[] = [];
      for await (const one of readEvents(cut)) heard.push(one);
      expect(heard).toEqual([
        { id: '1', event: { id: 'e1', type: 'person.training' } },
        { id: null, progress: { progress: 0.5, personId: 'ä' } },
        { id: '2', event: { id: 'e2', type: 'person.ready' } },
      ]);
    }
  });

  it('resume after the last event, and end when the subject is gone', async () => {
    handle = ({ headers }, response) => {
      const after = Number(headers['last-event-id'] ?? 0);
      if (after === 3) return json(response, 404, failure('NOT_FOUND'));
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(block(after + 1, 'stage.done'), () => response.socket!.destroy());
    };
    const heard: string[] = [];
    for await (const { id } of followEvents(client, { personId: 'p' }, { pauseMs: 1 })) heard.push(id!);
    expect(heard).toEqual(['1', '2', '3']);
    expect(asked.every(({ url }) => url === '/v1/events?personId=p')).toBe(true);
  });

  it('are refused for an unknown subject', async () => {
    handle = (_, response) => json(response, 404, failure('NOT_FOUND'));
    expect((await caught(followEvents(client, { personId: 'p' }).next())).code).toBe('NOT_FOUND');
  });
});
