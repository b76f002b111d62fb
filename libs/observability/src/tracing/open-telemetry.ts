// OpenTelemetry, set up once for a process: spans in batches to an OTLP/HTTP collector, W3C Trace Context between processes. Loaded only
// when traces are wanted. Version 1 of its SDK: the interceptors of Temporal are made for that one.
import { readFileSync } from 'node:fs';
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span as OtelSpan,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { toPortraitError } from '@portrait/contracts';
import { KeepListed } from './keep-listed.js';
import { useTracer, type Span, type Tracer } from './span.js';
import type { TracingOptions } from './start-tracing.js';

/** What those need that make spans by OpenTelemetry's own means. */
export interface OpenTelemetry {
  readonly processor: SpanProcessor;
  readonly resource: Resource;
  /** Sends what is left, and ends tracing. */
  end(): Promise<void>;
}

/** A collector that is away is told of at most so often. */
const COMPLAIN_EVERY_MS = 60_000;
/** Least time between two requests to the collector, and how long one may take. */
const SEND_EVERY_MS = 2000;
const PATIENCE_MS = 5000;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function startOpenTelemetry({
  settings,
  service,
  log,
}: TracingOptions & { settings: NonNullable<TracingOptions['settings']> }): OpenTelemetry {
  const { endpoint, headers, ratio } = settings;
  let complained = -Infinity;
  const complain = (problem: unknown): void => {
    if (performance.now() - complained < COMPLAIN_EVERY_MS) return;
    complained = performance.now();
    log.warn('Traces could not be sent', {
      endpoint,
      error: problem instanceof Error ? problem.message : String(problem),
    });
  };
  setGlobalErrorHandler(complain);
  const resource = new Resource({
    'service.namespace': 'talking-portrait',
    'service.name': service,
    'service.version': version,
    'process.pid': process.pid,
    ...settings.resource,
  });
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers, timeoutMillis: PATIENCE_MS });
  const processor = new KeepListed(
    new BatchSpanProcessor(exporter, { scheduledDelayMillis: SEND_EVERY_MS, exportTimeoutMillis: PATIENCE_MS }),
  );
  const provider = new BasicTracerProvider({
    resource,
    sampler: samplerOf(settings.sampler, ratio),
    spanProcessors: [processor],
  });
  provider.register({
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: new W3CTraceContextPropagator(),
  });
  useTracer(tracerOf(provider));
  return {
    processor,
    resource,
    async end() {
      useTracer(null);
      await provider.shutdown().catch(complain);
      for (const part of [trace, context, propagation]) part.disable();
    },
  };
}

function samplerOf(name: string, ratio: number): Sampler {
  const base = name.replace('parentbased_', '');
  const root =
    base === 'always_off'
      ? new AlwaysOffSampler()
      : base === 'always_on'
        ? new AlwaysOnSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return base === name ? root : new ParentBasedSampler({ root });
}

function tracerOf(provider: BasicTracerProvider): Tracer {
  const tracer = provider.getTracer('talking-portrait', version);
  const inSpan: Tracer['inSpan'] = (name, { attributes = {}, server }, work) => {
    const within = server === undefined ? context.active() : propagation.extract(context.active(), server.headers);
    return tracer.startActiveSpan(
      name,
      { attributes, kind: server === undefined ? SpanKind.INTERNAL : SpanKind.SERVER },
      within,
      async (span) => {
        try {
          return await work(ours(span));
        } catch (error) {
          span
            .setAttribute('portrait.error_code', toPortraitError(error).code)
            .setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      },
    );
  };
  return {
    inSpan,
    note: (attributes) => void trace.getActiveSpan()?.setAttributes(attributes),
    traceId() {
      const present = trace.getSpanContext(context.active());
      return present !== undefined && (present.traceFlags & TraceFlags.SAMPLED) !== 0 ? present.traceId : undefined;
    },
  };

  function ours(span: OtelSpan): Span {
    return {
      rename: (name) => void span.updateName(name),
      set: (attributes) => void span.setAttributes(attributes),
      fail: () => void span.setStatus({ code: SpanStatusCode.ERROR }),
      add: (name, { start, end }, attributes = {}) =>
        tracer.startSpan(name, { startTime: start, attributes }, trace.setSpan(context.active(), span)).end(end),
    };
  }
}
