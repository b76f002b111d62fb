// Log lines, spans, progress rates and number formats. Not here: the terminal (apps/cli).
export { withFields } from './with-fields.js';
export { createLogger, quietLogger } from './log.js';
export { ProgressMeter, type Pace } from './progress-meter.js';
export { formatBytes, formatDuration, formatCount } from './format.js';
export { annotateSpan, inSpan, isTracing, traceId, type Span } from './tracing/span.js';
export { SPAN_ATTRIBUTES } from './tracing/attributes.js';
export { startTracing } from './tracing/start-tracing.js';
export type { OpenTelemetry } from './tracing/open-telemetry.js';
