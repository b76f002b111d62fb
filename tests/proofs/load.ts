// Measures the throughput of the platform: a batch of renders that do no work, through the real API, orchestrator,
// Temporal and MinIO, while many clients poll its status.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, openClient, uploadFile, type components } from '@portrait/api-client';
import { batchWorkflowId } from '@portrait/contracts';
import { readServiceSettings } from '@portrait/config';
import { connectClient } from '@portrait/service-kit';
import type { Trial } from './trial.js';

type Batch = components['schemas']['Batch'];

export interface LoadOptions {
  /** With services that do no work. */
  trial: Trial;
  items: number;
  concurrency: number;
  pollers: number;
  /** Pause of a poller between an answer and its next question, seconds. */
  pollEvery: number;
  say(line: string): void;
}

export interface LoadResult {
  counts: Batch['counts'];
  /** From the first item's begin to the last one's end. */
  seconds: number;
  itemsPerSecond: number;
  /** Of accepting the batch. */
  acceptSeconds: number;
  polls: { count: number; failed: number; p50Ms: number; p95Ms: number; p99Ms: number };
  /** The batch's workflow: how often it went on as a new run, and its longest history. */
  runs: number;
  longestHistoryEvents: number;
  /** Most memory seen, by process. */
  peakBytes: Record<string, number>;
}

export async function runLoad({
  trial,
  items,
  concurrency,
  pollers,
  pollEvery,
  say,
}: LoadOptions): Promise<LoadResult> {
  const { client, system } = trial;
  const personId = await readyPerson(trial);
  const asked = Date.now();
  const body = {
    items: Array.from({ length: items }, (_, n) => ({
      id: String(n),
      personId,
      audio: 'recorded' as const,
      seed: n + 1,
    })),
    concurrency,
  };
  const { id } = await answer(
    client.POST('/v1/batches', { params: { header: { 'Idempotency-Key': randomUUID() } }, body }),
  );
  const acceptSeconds = (Date.now() - asked) / 1000;
  const { key } = await answer(
    client.POST('/v1/keys', { body: { name: 'pollers', scopes: ['read'], ratePerMinute: 1_000_000 } }),
  );

  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const times: number[] = [];
  let failed = 0;
  const poller = async (number: number): Promise<void> => {
    const own = openClient({ url: system.apiUrl, key });
    // Not all at the same moment.
    await sleep((number / pollers) * pollEvery * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    while (!stop.signal.aborted) {
      const began = performance.now();
      await answer(own.GET('/v1/batches/{id}', { params: { path: { id } } })).then(
        () => times.push(performance.now() - began),
        () => failed++,
      );
      await sleep(pollEvery * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const polling = Promise.all(Array.from({ length: pollers }, (_, number) => poller(number)));

  const peakBytes: Record<string, number> = {};
  let batch: Batch;
  for (let round = 0; ; round++) {
    batch = await answer(client.GET('/v1/batches/{id}', { params: { path: { id } } }));
    for (const [name, pid] of [
      ['temporal', system.temporal.server.pid],
      ['minio', system.minio.server.pid],
      ...system.services.map((service) => [service.name, service.pid]),
    ] as [string, number | undefined][]) {
      peakBytes[name] = Math.max(peakBytes[name] ?? 0, await residentBytes(pid));
    }
    if (batch.status === 'done' || batch.status === 'cancelled') break;
    if (round % 15 === 0) say(`  ${batch.counts.done + batch.counts.failed} of ${items}`);
    await sleep(1000);
  }
  stop.abort();
  await polling;

  const seconds = (Date.parse(batch.finishedAt!) - Date.parse(batch.startedAt!)) / 1000;
  times.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return {
    counts: batch.counts,
    seconds,
    itemsPerSecond: batch.counts.done / seconds,
    acceptSeconds,
    polls: { count: times.length, failed, p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) },
    ...(await historyOf(trial, id)),
    peakBytes,
  };
}

async function readyPerson({ client }: Trial): Promise<string> {
  const consent = await answer(
    client.POST('/v1/consents', { body: { grantedBy: 'Test', subject: 'Test', date: '2026-01-01', purpose: 'load' } }),
  );
  // What no stage reads needs only the look of a video.
  const bytes = new Uint8Array(
    Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(1000, 7)]),
  );
  const upload = await uploadFile(
    client,
    { size: bytes.length, slice: (start, end) => Promise.resolve(bytes.slice(start, end)) },
    { kind: 'video', contentType: 'video/mp4' },
  );
  const { id } = await answer(
    client.POST('/v1/people', { body: { consentId: consent.id, video: { uploadId: upload.id } } }),
  );
  for (;;) {
    const { status, error } = await answer(client.GET('/v1/people/{id}', { params: { path: { id } } }));
    if (status === 'ready') return id;
    if (status === 'failed' || status === 'parked')
      throw new Error(`The person is ${status}: ${JSON.stringify(error)}`);
    await sleep(200);
  }
}

/** 0 where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

async function historyOf({ system }: Trial, batch: string): Promise<{ runs: number; longestHistoryEvents: number }> {
  const client = await connectClient(readServiceSettings(system.env).temporal);
  let runs = 0;
  let longestHistoryEvents = 0;
  for await (const { workflowId, runId } of client.workflow.list({
    query: `WorkflowId = '${batchWorkflowId(batch)}'`,
  })) {
    runs++;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    longestHistoryEvents = Math.max(longestHistoryEvents, events?.length ?? 0);
  }
  await client.connection.close();
  return { runs, longestHistoryEvents };
}
