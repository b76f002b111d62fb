// Connections to a server that answers as Temporal does: gRPC over plain HTTP/2, made here, so that it can refuse. The real one has no keys to refuse.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TemporalSettings } from '@portrait/config';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { connectClient, connectWorker } from './temporal.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const EMPTY_MESSAGE = Buffer.alloc(5);

let server: Http2Server;
let settings: TemporalSettings;
/** What it says to who asks for the namespace: a status of gRPC and a sentence. */
let verdict: { status: number; message: string };

function answer(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': message }));
  stream.end(status === 0 ? EMPTY_MESSAGE : undefined);
}

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'error', forward: {} } },
  });
  server = createServer()
    .on('stream', (stream, { ':path': path }) => {
      stream.resume();
      if (path!.endsWith('/DescribeNamespace')) answer(stream, verdict.status, verdict.message);
      else answer(stream, 0, '');
    })
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  settings = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: 'portrait',
    apiKey: undefined,
    tls: undefined,
  };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe.each([
  ['a client', () => connectClient(settings)],
  ['a worker', () => connectWorker(settings, quiet, new AbortController().signal)],
] as const)('the connection of %s', (_, connect) => {
  it.each([
    [7, 'Request unauthorized.'],
    [16, 'no such key'],
  ])('is refused in words when the credentials are (gRPC %d), and not waited for', async (status, message) => {
    verdict = { status, message };
    await expect(connect()).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(
        new RegExp(`does not let these credentials into the namespace "portrait": .*${message}`),
      ),
      hint: expect.stringContaining('PORTRAIT_TEMPORAL_API_KEY'),
    });
  });

  it('is refused in words when the namespace is not there', async () => {
    verdict = { status: 5, message: 'Namespace portrait is not found.' };
    await expect(connect()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `Temporal at ${settings.address} has no namespace "portrait".`,
      hint: expect.stringContaining('PORTRAIT_TEMPORAL_NAMESPACE'),
    });
  });
});

describe('a worker', () => {
  it('waits for a server that is up and not ready yet', async () => {
    verdict = { status: 14, message: 'Not enough hosts to serve the request' };
    const said: string[] = [];
    const warn = (_: string, fields?: object): void => {
      said.push(JSON.stringify(fields));
      verdict = { status: 0, message: '' };
    };
    const connection = await connectWorker(settings, { ...quiet, warn }, new AbortController().signal);
    await connection.close();
    expect(said).toEqual([expect.stringContaining('Not enough hosts')]);
  });
});
