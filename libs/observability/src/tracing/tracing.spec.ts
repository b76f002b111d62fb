// Sends spans to a real receiver and checks what leaves the process, and that nothing is loaded while tracing is off.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PortraitError, type Logger } from '@portrait/contracts';
import { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from '@portrait/testing';
import { inSpan, isTracing, quietLogger, traceId, startTracing, type OpenTelemetry } from '../index.js';

const settings = {
  headers: { 'x-scope': 'studio' },
  sampler: 'parentbased_always_on',
  ratio: 1,
  resource: { 'deployment.environment': 'night' },
};

describe('with an endpoint', () => {
  let receiver: OtlpReceiver;
  let tracing: OpenTelemetry | null;
  const start = async (more: object = {}, log: Logger = quietLogger): Promise<void> => {
    tracing = await startTracing({
      settings: { ...settings, endpoint: receiver.url, ...more },
      service: 'render',
      log,
    });
  };
  const sent = async (): Promise<Record<string, ReceivedSpan>> => {
    await tracing?.end();
    tracing = null;
    return Object.fromEntries(receiver.spans.map((span) => [span.name, span]));
  };
  beforeEach(async () => {
    receiver = await otlpReceiver();
  });
  afterEach(async () => {
    await tracing?.end();
    await receiver[Symbol.asyncDispose]();
  });

  it('sends spans with parent, attributes, process and configured headers', async () => {
    await start();
    await inSpan('outer', { attributes: { 'portrait.person': 'p_1' } }, async (outer) => {
      await inSpan('inner', {}, async (inner) => inner.set({ 'portrait.cached': true, 'portrait.core_seconds': 1.5 }));
      expect(traceId()).toMatch(/^[0-9a-f]{32}$/);
      outer.add('known', { start: Date.now() - 5, end: Date.now() }, { 'portrait.calls': 3 });
      outer.rename('outer, renamed');
    });
    const { inner, known, 'outer, renamed': outer } = await sent();
    expect(outer).toMatchObject({
      parentId: null,
      service: 'render',
      attributes: { 'portrait.person': 'p_1' },
      failed: false,
    });
    expect(inner).toMatchObject({
      parentId: outer!.spanId,
      traceId: outer!.traceId,
      attributes: { 'portrait.cached': true, 'portrait.core_seconds': 1.5 },
    });
    expect(known).toMatchObject({ parentId: outer!.spanId, attributes: { 'portrait.calls': 3 } });
    expect(receiver.headers[0]).toMatchObject({ 'x-scope': 'studio' });
    expect(receiver.bodies[0]).toMatch(/"service.version".*"deployment.environment"/);
  });

  it('records the code of a failure, rethrows it and sends no message', async () => {
    await start();
    const failing = inSpan('fails', { attributes: { 'user.name': 'Anna' } as object }, async () => {
      throw new PortraitError('FACE_NOT_FOUND', 'No face of Anna.');
    });
    await expect(failing).rejects.toMatchObject({ code: 'FACE_NOT_FOUND' });
    expect((await sent())['fails']).toMatchObject({
      failed: true,
      attributes: { 'portrait.error_code': 'FACE_NOT_FOUND' },
      events: [],
    });
    expect(receiver.bodies.join()).not.toMatch(/Anna/);
  });

  it("continues the caller's trace and honours its sampling flag", async () => {
    await start();
    const [callerTrace, parentId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const request = (name: string, flag: string) =>
      inSpan(name, { server: { headers: { traceparent: `00-${callerTrace}-${parentId}-${flag}` } } }, async () =>
        expect(traceId()).toBe(flag === '01' ? callerTrace : undefined),
      );
    await request('sampled', '01');
    await request('unsampled', '00');
    expect(await sent()).toEqual({ sampled: expect.objectContaining({ traceId: callerTrace, parentId, kind: 2 }) });
  });

  it.each([
    ['always_off', 1, 0],
    ['traceidratio', 0, 0],
    ['traceidratio', 1, 1],
    ['parentbased_always_off', 1, 0],
    ['always_on', 0, 1],
  ])('sampler %s with ratio %d keeps %d of one span', async (sampler, ratio, kept) => {
    await start({ sampler, ratio });
    await inSpan('one', {}, async () => undefined);
    expect(Object.keys(await sent())).toHaveLength(kept);
  });

  it('warns once about an unreachable collector and completes the work', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const warned: string[] = [];
    await start(
      { endpoint: `http://127.0.0.1:${port}` },
      { ...quietLogger, warn: (message) => void warned.push(message) },
    );
    expect(await inSpan('one', {}, async () => 7)).toBe(7);
    await sent();
    expect(warned).toEqual(['Traces could not be sent']);
  });
});

describe('without an endpoint', () => {
  it('only calls the work', async () => {
    expect(await startTracing({ settings: null, service: 'render', log: quietLogger })).toBeNull();
    expect([isTracing(), traceId()]).toEqual([false, undefined]);
    expect(await inSpan('one', {}, async (span) => (span.set({ 'portrait.cached': true }), 7))).toBe(7);
  });

  it('does not load OpenTelemetry', () => {
    const entry = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
    const script = (endpoint: string) => `
      const { startTracing, quietLogger } = await import(${entry});
      await startTracing({ settings: ${endpoint}, service: 'render', log: quietLogger });
      const { createRequire } = process.getBuiltinModule('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      process.stdout.write(String(loaded.filter((path) => path.includes('@opentelemetry')).length));
      process.exit(0);`;
    const loadedWith = (endpoint: string): number => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', script(endpoint)],
        { encoding: 'utf8' },
      );
      expect([stderr, status]).toEqual(['', 0]);
      return Number(stdout);
    };
    expect(loadedWith('null')).toBe(0);
    expect(loadedWith(JSON.stringify({ ...settings, endpoint: 'http://127.0.0.1:9' }))).toBeGreaterThan(20);
  });
});
