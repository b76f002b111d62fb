// Adds the worker metrics of the Temporal SDK (slots, pollers, task latencies) to the registry of the service.
// The SDK buffers updates; this class drains the buffer every second and before each scrape.
import type { Metric, MetricTags } from '@temporalio/common';
import type { MetricsBuffer } from '@temporalio/worker';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const DRAIN_INTERVAL_MS = 1000;

/** Labels to keep. The others (namespace, SDK name) have the same value everywhere. */
const SDK_LABELS = [
  'task_queue',
  'activity_type',
  'workflow_type',
  'worker_type',
  'poller_type',
  'operation',
  'status_code',
  'failure_reason',
] as const;

/** Seconds: task latencies reach a whole night, server requests a minute. */
const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200];
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

type Update = ReturnType<MetricsBuffer['retrieveUpdates']> extends Iterator<infer U> ? U : never;
type Instrument = (value: number, labels: Record<string, string>) => void;

/** @param buffer made with `useSecondsForDurations` */
export class SdkMetrics implements Disposable {
  readonly #instruments = new Map<string, Instrument>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly registry: Registry,
    private readonly buffer: Pick<MetricsBuffer, 'retrieveUpdates'>,
  ) {
    this.#timer = setInterval(() => this.take(), DRAIN_INTERVAL_MS);
    this.#timer.unref();
  }

  take(): void {
    for (const { metric, value, attributes } of this.buffer.retrieveUpdates() as Iterable<Update>)
      this.#instrumentOf(metric)(value, labelsOf(attributes));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #instrumentOf({ kind, name, description, unit }: Metric): Instrument {
    const known = this.#instruments.get(name);
    if (known !== undefined) return known;
    const options = {
      name: prometheusName(name, kind, unit),
      help: description || name,
      labelNames: SDK_LABELS,
      registers: [this.registry],
    };
    const created = createInstrument(kind, options, name.includes('request') ? REQUEST_BUCKETS : BUCKETS);
    this.#instruments.set(name, created);
    return created;
  }
}

function createInstrument(
  kind: Metric['kind'],
  options: { name: string; help: string; labelNames: readonly string[]; registers: Registry[] },
  buckets: number[],
): Instrument {
  if (kind === 'counter') {
    const counter = new Counter(options);
    return (value, labels) => counter.inc(labels, value);
  }
  if (kind === 'histogram') {
    const histogram = new Histogram({ ...options, buckets });
    return (value, labels) => histogram.observe(labels, value);
  }
  const gauge = new Gauge(options);
  return kind === 'gauge' ? (value, labels) => gauge.set(labels, value) : (value, labels) => gauge.inc(labels, value);
}

function prometheusName(name: string, kind: Metric['kind'], unit: string | undefined): string {
  if (kind === 'counter' && !name.endsWith('_total')) return `${name}_total`;
  return kind === 'histogram' && unit === 's' ? `${name}_seconds` : name;
}

function labelsOf(attributes: MetricTags): Record<string, string> {
  return Object.fromEntries(
    SDK_LABELS.flatMap((label) => (attributes[label] === undefined ? [] : [[label, String(attributes[label])]])),
  );
}
