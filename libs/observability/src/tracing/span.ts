// Spans as the rest of the product makes them. Until tracing is started they are nothing: no OpenTelemetry is loaded, work is just called.
import type { Attributes } from './attributes.js';

export interface Span {
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** The work failed, though nothing was thrown. */
  fail(): void;
  /** A span below this one whose time is known already; ms since 1970. */
  add(name: string, times: { start: number; end: number }, attributes?: Attributes): void;
}

export interface SpanOptions {
  attributes?: Attributes;
  /** Work asked for from outside; `headers` may carry the span it belongs to (W3C Trace Context). */
  server?: { headers: Readonly<Record<string, unknown>> };
}

export interface Tracer {
  inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Adds to the present span, whoever made it. */
  note(attributes: Attributes): void;
  /** Id of the trace of the present span; undefined where there is none, or it is not kept. */
  traceId(): string | undefined;
}

const NO_SPAN: Span = { rename: () => undefined, set: () => undefined, fail: () => undefined, add: () => undefined };

let tracer: Tracer | null = null;

/** True while spans are made; what only spans need can be left out otherwise. */
export const isTracing = (): boolean => tracer !== null;

/** Runs work in a span below the present one. What it throws is told by its error code and thrown on. */
export const inSpan: Tracer['inSpan'] = (name, options, work) =>
  tracer === null ? work(NO_SPAN) : tracer.inSpan(name, options, work);

/** For what is known below the place where the span was made. */
export const note: Tracer['note'] = (attributes) => tracer?.note(attributes);

/** For logs: leads from a line to its trace. */
export const traceId: Tracer['traceId'] = () => tracer?.traceId();

/** For the one place that starts and ends tracing. */
export function useTracer(next: Tracer | null): void {
  tracer = next;
}
