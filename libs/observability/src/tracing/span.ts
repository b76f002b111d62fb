// The span API of the product. While tracing is off it does nothing but call the work, and OpenTelemetry is not loaded.
import type { Attributes } from './attributes.js';

export interface Span {
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Marks the span as failed although the work threw nothing. */
  fail(): void;
  /** Adds a child span with known times, ms since 1970. */
  add(name: string, times: { start: number; end: number }, attributes?: Attributes): void;
}

export interface SpanOptions {
  attributes?: Attributes;
  /** Marks a server span; `headers` may carry the parent span (W3C Trace Context). */
  server?: { headers: Readonly<Record<string, unknown>> };
}

export interface Tracer {
  inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Adds attributes to the current span. */
  annotateSpan(attributes: Attributes): void;
  /** Trace id of the current span; undefined when there is none or it is not sampled. */
  traceId(): string | undefined;
}

const NO_SPAN: Span = { rename: () => undefined, set: () => undefined, fail: () => undefined, add: () => undefined };

let tracer: Tracer | null = null;

/** True while tracing is on. */
export const isTracing = (): boolean => tracer !== null;

/** Runs `work` in a child of the current span. Records the code of an error it throws and rethrows it. */
export const inSpan: Tracer['inSpan'] = (name, options, work) =>
  tracer === null ? work(NO_SPAN) : tracer.inSpan(name, options, work);

export const annotateSpan: Tracer['annotateSpan'] = (attributes) => tracer?.annotateSpan(attributes);

/** Trace id for log lines. */
export const traceId: Tracer['traceId'] = () => tracer?.traceId();

/** Called by open-telemetry.ts when tracing starts and ends. */
export function useTracer(next: Tracer | null): void {
  tracer = next;
}
