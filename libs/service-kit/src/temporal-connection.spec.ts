// Connects to a gRPC server over plain HTTP/2 that answers like Temporal and can refuse credentials, which the real
// development server cannot.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TemporalSettings } from '@portrait/config';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { connectClient, connectWorker } from './temporal-connection.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const EMPTY_MESSAGE = Buffer.alloc(5);

let server: Http2Server;
let settings: TemporalSettings;
/** Answer to DescribeNamespace: gRPC status and message. */
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
  ])('fails at once with FORBIDDEN when the server refuses the credentials (gRPC %d)', async (status, message) => {
    verdict = { status, message };
    await expect(connect()).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(new RegExp(`refuses these credentials for namespace "portrait": .*${message}`)),
      hint: expect.stringContaining('PORTRAIT_TEMPORAL_API_KEY'),
    });
  });

  it('fails at once with NOT_FOUND when the namespace does not exist', async () => {
    verdict = { status: 5, message: 'Namespace portrait is not found.' };
    await expect(connect()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `Temporal at ${settings.address} has no namespace "portrait".`,
      hint: expect.stringContaining('PORTRAIT_TEMPORAL_NAMESPACE'),
    });
  });
});

describe('a worker', () => {
  it('retries while the server is up but not ready', async () => {
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
