// Converts the metric updates that the SDK buffers into Prometheus metrics.
import { describe, expect, it } from '@jest/globals';
import type { MetricsBuffer } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { SdkMetrics } from './sdk-metrics.js';

type Updates = Parameters<
  (
    updates: {
      metric: { name: string; kind: string; unit?: string; description?: string };
      value: number;
      attributes: Record<string, string>;
    }[],
  ) => void
>[0];

async function metricsOf(...rounds: Updates[]): Promise<string> {
  const registry = new Registry();
  const left = [...rounds];
  using metrics = new SdkMetrics(registry, { retrieveUpdates: () => (left.shift() ?? []).values() } as unknown as Pick<
    MetricsBuffer,
    'retrieveUpdates'
  >);
  for (const _ of rounds) metrics.take();
  return await registry.metrics();
}

const of = (
  kind: string,
  name: string,
  value: number,
  attributes: Record<string, string> = {},
  unit = '',
): Updates[number] => ({ metric: { name, kind, unit, description: `about ${name}` }, value, attributes });

describe('SdkMetrics', () => {
  it('adds counter updates', async () => {
    const polled = (value: number) => of('counter', 'temporal_request', value, { operation: 'PollActivityTaskQueue' });
    expect(await metricsOf([polled(1), polled(2)], [polled(4)])).toContain(
      'temporal_request_total{operation="PollActivityTaskQueue"} 7\n',
    );
  });

  it('keeps the newest value of a gauge and sums up-down counters', async () => {
    const slots = (value: number) =>
      of('gauge', 'temporal_worker_task_slots_available', value, {
        task_queue: 'render',
        worker_type: 'ActivityWorker',
      });
    expect(await metricsOf([slots(3), slots(1)])).toContain(
      'temporal_worker_task_slots_available{task_queue="render",worker_type="ActivityWorker"} 1\n',
    );
    expect(
      await metricsOf([of('up-down-counter', 'temporal_open', 2), of('up-down-counter', 'temporal_open', -1)]),
    ).toContain('temporal_open 1\n');
  });

  it('buckets durations in seconds, from milliseconds to twelve hours', async () => {
    const waited = (value: number) =>
      of('histogram', 'temporal_activity_schedule_to_start_latency', value, { task_queue: 'render' }, 's');
    const text = await metricsOf([waited(0.02), waited(20_000)]);
    for (const [le, count] of [
      ['0.01', 0],
      ['0.05', 1],
      ['14400', 1],
      ['43200', 2],
    ])
      expect(text).toContain(
        `temporal_activity_schedule_to_start_latency_seconds_bucket{le="${le}",task_queue="render"} ${count}\n`,
      );
  });

  it('keeps only the labels that vary', async () => {
    expect(
      await metricsOf([
        of('counter', 'temporal_request', 1, { namespace: 'portrait', operation: 'X', service_name: 'sdk' }),
      ]),
    ).toMatch(/temporal_request_total\{operation="X"\} 1\n/);
  });

  it("uses the SDK's description as help text", async () => {
    expect(await metricsOf([of('gauge', 'temporal_num_pollers', 1)])).toContain(
      '# HELP temporal_num_pollers about temporal_num_pollers\n',
    );
  });
});
