// Traces through Temporal: from the client that starts a workflow, through the workflow, to the activities it asks for. Interceptors of
// Temporal's own carry the span along in headers; workflow code knows nothing of it.
import { createRequire } from 'node:module';
import type { OpenTelemetry } from '@portrait/observability';
import type { ClientInterceptors } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';

export interface TemporalTracing {
  client: ClientInterceptors;
  /** @param runsWorkflows whether the worker runs workflow code */
  worker(runsWorkflows: boolean): Pick<WorkerOptions, 'interceptors' | 'sinks'>;
}

/** A workflow is asked for its state every second while somebody looks: that would be most of all spans. */
const LOOKING = /^(HandleQuery|ValidateUpdate):/;

export const WORKFLOW_MODULES = [
  '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors',
  './workflow-tracing.js',
];

export async function temporalTracing({ processor, resource }: OpenTelemetry): Promise<TemporalTracing> {
  const { makeWorkflowExporter, OpenTelemetryActivityInboundInterceptor, OpenTelemetryWorkflowClientInterceptor } =
    await import('@temporalio/interceptors-opentelemetry');
  const whole = new OpenTelemetryWorkflowClientInterceptor();
  const sink = makeWorkflowExporter(
    { ...bound(processor), onEnd: (span) => (LOOKING.test(span.name) ? undefined : processor.onEnd(span)) },
    resource,
  );
  const { resolve } = createRequire(import.meta.url);
  return {
    client: {
      workflow: [
        {
          start: (input, next) => whole.start(input, next),
          startWithDetails: (input, next) => whole.startWithDetails(input, next),
          signal: (input, next) => whole.signal(input, next),
          signalWithStart: (input, next) => whole.signalWithStart(input, next),
          startUpdate: (input, next) => whole.startUpdate(input, next),
          cancel: (input, next) => whole.cancel(input, next),
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
