// The last thing before a span leaves: what SPAN_ATTRIBUTES does not list is taken out, and with it messages and stacks of errors,
// which may name people and places. Others than us make spans too (the interceptors of Temporal), so this is done in one place for all.
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SPAN_ATTRIBUTES, TEMPORAL_NAMES } from './attributes.js';

export class KeepListed implements SpanProcessor {
  constructor(private readonly next: SpanProcessor) {}

  onStart(span: Span, parent: Context): void {
    this.next.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    this.next.onEnd(listed(span));
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.next.shutdown();
  }
}

function listed(span: ReadableSpan): ReadableSpan {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes)
      .map(([name, value]) => [TEMPORAL_NAMES[name] ?? name, value] as const)
      .filter(([name]) => name in SPAN_ATTRIBUTES),
  );
  return Object.create(span, {
    attributes: { value: attributes },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan;
}
