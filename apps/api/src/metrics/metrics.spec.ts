// Metrics and traces of the API, over real HTTP.
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quietLogger, startTracing, type OpenTelemetry } from '@portrait/observability';
import { otlpReceiver, type OtlpReceiver } from '@portrait/testing';
import { Registry } from 'prom-client';
import { useTestApi, createConsent, MP4, createUpload } from '../testing/test-api.js';
import { METRICS } from '../tokens.js';
import { createApiMetrics, type ApiMetrics } from './api-metrics.js';

const api = useTestApi();
const metrics = (): ApiMetrics => api.app.get<ApiMetrics>(METRICS);
const valueOf = async (metric: { get(): Promise<{ values: { value: number }[] }> }): Promise<number> =>
  (await metric.get()).values[0]?.value ?? 0;

/** Number of requests counted with the given labels. */
async function counted(labels: Record<string, string>): Promise<number> {
  const { values } = await metrics().requests.get();
  const found = values.find(
    ({ metricName, labels: has }) =>
      metricName === 'portrait_http_request_seconds_count' &&
      Object.entries(labels).every(([name, value]) => has[name as 'route'] === value),
  );
  return found?.value ?? 0;
}

/** Waits for work that follows the response. */
async function until(wanted: () => Promise<boolean>): Promise<void> {
  while (!(await wanted())) await new Promise((next) => setTimeout(next, 5));
}

describe('request metrics', () => {
  it('count by method, route and status class', async () => {
    const caller = api.as(await api.key());
    await caller.get('/v1/people').expect(200);
    await caller.get('/v1/people/p_nobody').expect(404);
    await caller.get('/v1/people/p_someone').expect(404);
    await api.as('pk_wrong').get('/v1/people').expect(401);
    await until(async () => (await counted({ method: 'GET', route: '/v1/people/{id}', status: '4xx' })) === 2);
    expect(await counted({ method: 'GET', route: '/v1/people', status: '2xx' })).toBe(1);
    expect(await counted({ method: 'GET', route: '/v1/people', status: '4xx' })).toBe(1);
  });

  it('use one label for all unknown paths', async () => {
    const caller = api.as(await api.key());
    for (const path of ['/wp-admin.php', '/v1/nothing', '/v1/people/p_1/nothing']) await caller.get(path).expect(404);
    await until(async () => (await counted({ route: 'none', status: '4xx' })) === 3);
    const { values } = await metrics().requests.get();
    expect(JSON.stringify(values)).not.toMatch(/wp-admin|nothing/);
  });

  it('count internal failures as 5xx', async () => {
    api.engine.unreachable = true;
    api.store.unreachable = true;
    const caller = api.as(await api.key());
    await caller.post('/v1/uploads', { kind: 'video', contentType: 'video/mp4', bytes: MP4.length }).expect(503);
    api.engine.unreachable = false;
    api.store.unreachable = false;
    await until(async () => (await counted({ method: 'POST', route: '/v1/uploads', status: '5xx' })) === 1);
  });

  it('ignore probes', async () => {
    const caller = api.as('none');
    await caller.get('/livez').expect(200);
    await caller.get('/readyz').expect(200);
    await caller.get('/v1/people').expect(401);
    await until(async () => (await counted({ route: '/v1/people', status: '4xx' })) === 2);
    expect(JSON.stringify((await metrics().requests.get()).values)).not.toMatch(/livez|readyz/);
  });

  it('show no requests in flight after all responses', async () => {
    await until(async () => (await valueOf(metrics().inFlight)) === 0);
  });
});

describe('event stream metrics', () => {
  it('count open streams and exclude them from request durations', async () => {
    const server = api.app.getHttpServer() as {
      address(): AddressInfo | null;
      listen(port: number, done: () => void): void;
    };
    if (server.address() === null) await new Promise<void>((done) => server.listen(0, done));
    const stream = httpRequest({
      port: server.address()!.port,
      path: '/v1/events',
      headers: { authorization: `Bearer ${await api.key()}` },
    });
    stream.on('error', () => undefined);
    await new Promise((open) => stream.once('response', open).end());
    expect([await valueOf(metrics().streams), await valueOf(metrics().inFlight)]).toEqual([1, 0]);
    stream.destroy();
    await until(async () => (await valueOf(metrics().streams)) === 0);
    expect(await counted({ route: '/v1/events' })).toBe(0);
  });
});

describe('createApiMetrics', () => {
  it('registers in the given registry', async () => {
    const registry = new Registry();
    createApiMetrics(registry).deliveries.inc({ outcome: 'given-up' });
    const text = await registry.metrics();
    for (const name of [
      'portrait_http_request_seconds',
      'portrait_http_requests_in_flight',
      'portrait_event_streams_open',
      'portrait_webhook_deliveries_total{outcome="given-up"} 1',
    ])
      expect(text).toContain(name);
  });
});

describe('traces', () => {
  let receiver: OtlpReceiver;
  let tracing: OpenTelemetry | null;
  beforeAll(async () => {
    receiver = await otlpReceiver();
    tracing = await startTracing({
      settings: { endpoint: receiver.url, headers: {}, sampler: 'always_on', ratio: 1, resource: {} },
      service: 'api',
      log: quietLogger,
    });
  });
  afterAll(async () => {
    await tracing?.end();
    await receiver[Symbol.asyncDispose]();
  });

  it('have one span per request with route, status, tenant and ids, but no request data', async () => {
    const key = await api.key('studio-9');
    const caller = api.as(key);
    const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
    const { body } = await caller
      .post('/v1/people', { name: 'Anna Example', consentId: await createConsent(caller), video: { uploadId } })
      .expect(202);
    const { id } = body as { id: string };
    await caller.get(`/v1/people/${id}`).expect(200);
    await caller.get('/v1/people/Anna').expect(404);
    await caller.get('/livez').expect(200);
    await api.settled();
    const named = (name: string) => receiver.spans.filter((span) => span.name === name);
    await receiver.until(() => named('GET /v1/people/{id}').length === 2);
    expect(named('POST /v1/people')).toEqual([
      expect.objectContaining({
        parentId: null,
        failed: false,
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/v1/people',
          'http.response.status_code': 202,
          'portrait.tenant': 'studio-9',
          'portrait.person': id,
          'portrait.request': expect.stringMatching(/^r/),
        },
      }),
    ]);
    expect(
      named('GET /v1/people/{id}').map(({ attributes }) => [
        attributes['portrait.person'],
        attributes['portrait.error_code'],
      ]),
    ).toEqual([
      [id, undefined],
      [undefined, 'NOT_FOUND'],
    ]);
    expect(receiver.bodies.join()).not.toMatch(/Anna|livez/);
    expect(receiver.bodies.join()).not.toContain(key);
  });
});
