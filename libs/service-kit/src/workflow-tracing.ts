// Runs inside the workflow sandbox, after Temporal's own tracing: a batch has thousands of videos, and one trace of them all could not be
// looked at. Each video of a batch begins a trace of its own; one that is not kept keeps none of its videos either.
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';

const TRACE_HEADER = '_tracer-data';
const APART = 'renderBatch';

export const interceptors = (): WorkflowInterceptors => ({
  outbound:
    workflowInfo().workflowType !== APART
      ? []
      : [{ startChildWorkflowExecution: (input, next) => next({ ...input, headers: withoutKept(input.headers) }) }],
});

/** Without the trace it belongs to, if that is kept: the last field of a `traceparent` is 01 then. */
function withoutKept(headers: Headers): Headers {
  const { [TRACE_HEADER]: payload, ...rest } = headers;
  if (payload === undefined) return headers;
  return defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload).traceparent?.endsWith('-01')
    ? rest
    : headers;
}
