// Sets up OpenTelemetry for a process: batches of spans to an OTLP/HTTP collector, W3C Trace Context between processes.
// Loaded only when tracing is on. Uses version 1 of the SDK, because Temporal's interceptors require it.
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
import { AttributeFilter } from './attribute-filter.js';
import { useTracer, type Span, type Tracer } from './span.js';
import type { TracingOptions } from './tracing-options.js';

/** For code that creates spans with OpenTelemetry directly. */
export interface OpenTelemetry {
  readonly processor: SpanProcessor;
  readonly resource: Resource;
  /** Flushes pending spans and ends tracing. */
  end(): Promise<void>;
}

/** Minimum interval between warnings about an unreachable collector. */
const WARNING_INTERVAL_MS = 60_000;
const EXPORT_INTERVAL_MS = 2000;
const EXPORT_TIMEOUT_MS = 5000;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function startOpenTelemetry({
  settings,
  service,
  log,
}: TracingOptions & { settings: NonNullable<TracingOptions['settings']> }): OpenTelemetry {
  const { endpoint, headers, ratio } = settings;
  let lastWarningAt = -Infinity;
  const warnExportFailed = (problem: unknown): void => {
    if (performance.now() - lastWarningAt < WARNING_INTERVAL_MS) return;
    lastWarningAt = performance.now();
    log.warn('Traces could not be sent', {
      endpoint,
      error: problem instanceof Error ? problem.message : String(problem),
    });
  };
  setGlobalErrorHandler(warnExportFailed);
  const resource = new Resource({
    'service.namespace': 'talking-portrait',
    'service.name': service,
    'service.version': version,
    'process.pid': process.pid,
    ...settings.resource,
  });
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers, timeoutMillis: EXPORT_TIMEOUT_MS });
  const processor = new AttributeFilter(
    new BatchSpanProcessor(exporter, {
      scheduledDelayMillis: EXPORT_INTERVAL_MS,
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
    }),
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
      await provider.shutdown().catch(warnExportFailed);
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
    const parent = server === undefined ? context.active() : propagation.extract(context.active(), server.headers);
    return tracer.startActiveSpan(
      name,
      { attributes, kind: server === undefined ? SpanKind.INTERNAL : SpanKind.SERVER },
      parent,
      async (span) => {
        try {
          return await work(wrapSpan(span));
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
    annotateSpan: (attributes) => void trace.getActiveSpan()?.setAttributes(attributes),
    traceId() {
      const current = trace.getSpanContext(context.active());
      return current !== undefined && (current.traceFlags & TraceFlags.SAMPLED) !== 0 ? current.traceId : undefined;
    },
  };

  function wrapSpan(span: OtelSpan): Span {
    return {
      rename: (name) => void span.updateName(name),
      set: (attributes) => void span.setAttributes(attributes),
      fail: () => void span.setStatus({ code: SpanStatusCode.ERROR }),
      add: (name, { start, end }, attributes = {}) =>
        tracer.startSpan(name, { startTime: start, attributes }, trace.setSpan(context.active(), span)).end(end),
    };
  }
}
