// The allow-list of span attributes: no other attribute leaves the process. It contains ids, but no names of people,
// messages, addresses or file names.

export const SPAN_ATTRIBUTES = {
  'http.request.method': 'verb of the request',
  'http.route': 'path template of the endpoint, ids as {id}',
  'http.response.status_code': 'status of the response',
  'portrait.request': 'id of the request, as in X-Request-Id and in the log',
  'portrait.tenant': 'tenant of the API key',
  'portrait.person': 'id of the person',
  'portrait.stage': 'name of the stage',
  'portrait.run': 'run key: equal keys mean equal work',
  'portrait.attempt': 'attempt of the activity, from 1',
  'portrait.cached': 'true when the result came from the cache',
  'portrait.resumed': 'true when it resumed from a checkpoint of an earlier attempt',
  'portrait.core_seconds': 'CPU time of the process during the span, seconds',
  'portrait.peak_bytes': 'peak memory of the process during the span',
  'portrait.artifact_bytes': 'size of the outputs of the stage',
  'portrait.error_code': 'code of the failure, listed in docs/cli.md',
  'portrait.from': 'first unit of the phase',
  'portrait.to': 'last unit of the phase plus one',
  'portrait.total': 'units of the whole stage',
  'portrait.unit': 'frames, steps, seconds',
  'portrait.calls': 'number of calls the span sums up',
  'portrait.busy_seconds': 'time inside those calls, seconds',
  'temporal.workflow_id': 'portrait/<person>, video/<video>, batch/<batch>, erase/<erasure>',
  'temporal.run_id': 'id of the run of the workflow',
  'temporal.activity_id': 'number of the activity within its workflow',
  'temporal.update_id': 'id of the decision (retry, skip) sent to a workflow',
  'temporal.task_queue': 'queue of the workflow',
} as const;

export type SpanAttribute = keyof typeof SPAN_ATTRIBUTES;
export type Attributes = Partial<Record<SpanAttribute, string | number | boolean>>;

/** Attribute names of Temporal's interceptors → names of this list. */
export const TEMPORAL_ATTRIBUTES: Readonly<Record<string, SpanAttribute>> = {
  temporalWorkflowId: 'temporal.workflow_id',
  workflowId: 'temporal.workflow_id',
  run_id: 'temporal.run_id',
  runId: 'temporal.run_id',
  temporalActivityId: 'temporal.activity_id',
  temporalUpdateId: 'temporal.update_id',
  taskQueue: 'temporal.task_queue',
};
