// What people and machines see of a run: log lines, spans, rates, times left, readable numbers. Not here: the terminal itself (apps/cli).
export { withFields } from './with-fields.js';
export { createLogger, quietLogger, type LogOptions } from './log.js';
export { ProgressMeter, type Pace } from './progress-meter.js';
export { formatBytes, formatDuration, formatCount } from './format.js';
export { inSpan, isTracing, note, traceId, type Span, type SpanOptions } from './tracing/span.js';
export { SPAN_ATTRIBUTES, type Attributes, type SpanAttribute } from './tracing/attributes.js';
export { startTracing, type TracingOptions } from './tracing/start-tracing.js';
export type { OpenTelemetry } from './tracing/open-telemetry.js';
