// Removes from every span, just before export, the attributes that SPAN_ATTRIBUTES does not list and the messages and
// stacks of errors, which may name people. It also covers the spans of Temporal's interceptors.
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SPAN_ATTRIBUTES, TEMPORAL_ATTRIBUTES } from './attributes.js';

export class AttributeFilter implements SpanProcessor {
  constructor(private readonly next: SpanProcessor) {}

  onStart(span: Span, parent: Context): void {
    this.next.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    this.next.onEnd(filtered(span));
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.next.shutdown();
  }
}

function filtered(span: ReadableSpan): ReadableSpan {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes)
      .map(([name, value]) => [TEMPORAL_ATTRIBUTES[name] ?? name, value] as const)
      .filter(([name]) => name in SPAN_ATTRIBUTES),
  );
  return Object.create(span, {
    attributes: { value: attributes },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan;
}
