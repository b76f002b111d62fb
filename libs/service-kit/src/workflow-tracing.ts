// Runs inside the workflow sandbox, after Temporal's own tracing. A batch has thousands of videos, too many for one
// trace: each video of a sampled batch starts its own trace; the videos of an unsampled batch stay unsampled.
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';

const TRACE_HEADER = '_tracer-data';
const BATCH_WORKFLOW = 'renderBatch';

export const interceptors = (): WorkflowInterceptors => ({
  outbound:
    workflowInfo().workflowType !== BATCH_WORKFLOW
      ? []
      : [{ startChildWorkflowExecution: (input, next) => next({ ...input, headers: withoutTrace(input.headers) }) }],
});

/** Removes the trace header of a sampled trace, whose `traceparent` ends in 01. */
function withoutTrace(headers: Headers): Headers {
  const { [TRACE_HEADER]: payload, ...rest } = headers;
  if (payload === undefined) return headers;
  return defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload).traceparent?.endsWith('-01')
    ? rest
    : headers;
}
