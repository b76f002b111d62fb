// Propagates traces through Temporal: from the client that starts a workflow, through the workflow, to its activities.
// Temporal's own interceptors carry the span in headers; workflow code is unaware of it.
import { createRequire } from 'node:module';
import type { OpenTelemetry } from '@portrait/observability';
import type { ClientInterceptors } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';

export interface TemporalTracing {
  client: ClientInterceptors;
  /** @param runsWorkflows whether the worker runs workflow code */
  worker(runsWorkflows: boolean): Pick<WorkerOptions, 'interceptors' | 'sinks'>;
}

/** Clients query a watched workflow every second; without this filter most spans would be queries. */
const POLLING_SPANS = /^(HandleQuery|ValidateUpdate):/;

const WORKFLOW_MODULES = ['@temporalio/interceptors-opentelemetry/lib/workflow-interceptors', './workflow-tracing.js'];

export async function temporalTracing({ processor, resource }: OpenTelemetry): Promise<TemporalTracing> {
  const { makeWorkflowExporter, OpenTelemetryActivityInboundInterceptor, OpenTelemetryWorkflowClientInterceptor } =
    await import('@temporalio/interceptors-opentelemetry');
  const interceptor = new OpenTelemetryWorkflowClientInterceptor();
  const sink = makeWorkflowExporter(
    { ...bound(processor), onEnd: (span) => (POLLING_SPANS.test(span.name) ? undefined : processor.onEnd(span)) },
    resource,
  );
  const { resolve } = createRequire(import.meta.url);
  return {
    client: {
      workflow: [
        {
          start: (input, next) => interceptor.start(input, next),
          startWithDetails: (input, next) => interceptor.startWithDetails(input, next),
          signal: (input, next) => interceptor.signal(input, next),
          signalWithStart: (input, next) => interceptor.signalWithStart(input, next),
          startUpdate: (input, next) => interceptor.startUpdate(input, next),
          cancel: (input, next) => interceptor.cancel(input, next),
        },
      ],
    },
    worker: (runsWorkflows) => ({
      interceptors: {
        activity: [(context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context) })],
        ...(runsWorkflows ? { workflowModules: WORKFLOW_MODULES.map((name) => resolve(name)) } : {}),
      },
      ...(runsWorkflows ? { sinks: { exporter: sink } } : {}),
    }),
  };
}

const bound = (processor: OpenTelemetry['processor']): OpenTelemetry['processor'] => ({
  onStart: (span, parent) => processor.onStart(span, parent),
  onEnd: (span) => processor.onEnd(span),
  forceFlush: () => processor.forceFlush(),
  shutdown: () => processor.shutdown(),
});
