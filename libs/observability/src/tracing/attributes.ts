// What a span may say, as a list: an attribute that does not stand here never leaves the process. Ids are here; names of people, messages,
// addresses and file names are not.

export const SPAN_ATTRIBUTES = {
  'http.request.method': 'verb of the request',
  'http.route': 'path of the endpoint as the description of the API writes it, ids as {id}',
  'http.response.status_code': 'status answered',
  'portrait.request': 'id of the request, as in X-Request-Id and in the log',
  'portrait.tenant': 'whose key asked',
  'portrait.person': 'id of the person',
  'portrait.stage': 'name of the stage',
  'portrait.run': 'key of the run: equal keys mean equal work',
  'portrait.attempt': 'which try of the activity it was, from 1',
  'portrait.cached': 'the result was known and nothing was computed',
  'portrait.resumed': 'it went on from a checkpoint of an earlier attempt',
  'portrait.core_seconds': 'CPU time of the process meanwhile, seconds',
  'portrait.peak_bytes': 'most memory of the process meanwhile',
  'portrait.artifact_bytes': 'size of what the stage gave',
  'portrait.error_code': 'code of the failure; docs/cli.md says what each means',
  'portrait.from': 'first unit of the phase',
  'portrait.to': 'the unit after the last one of the phase',
  'portrait.total': 'units of the whole stage',
  'portrait.unit': 'frames, steps, seconds',
  'portrait.calls': 'calls that the span adds up',
  'portrait.busy_seconds': 'time within those calls',
  'temporal.workflow_id': 'portrait/<person>, video/<video>, batch/<batch>, erase/<erasure>',
  'temporal.run_id': 'id of the run of the workflow',
  'temporal.activity_id': 'number of the activity within its workflow',
  'temporal.update_id': 'id of the decision (retry, skip) sent to a workflow',
  'temporal.task_queue': 'queue of the workflow',
} as const;

export type SpanAttribute = keyof typeof SPAN_ATTRIBUTES;
export type Attributes = Partial<Record<SpanAttribute, string | number | boolean>>;

/** How the interceptors of Temporal name what has a name here. */
export const TEMPORAL_NAMES: Readonly<Record<string, SpanAttribute>> = {
  temporalWorkflowId: 'temporal.workflow_id',
  workflowId: 'temporal.workflow_id',
  run_id: 'temporal.run_id',
  runId: 'temporal.run_id',
  temporalActivityId: 'temporal.activity_id',
  temporalUpdateId: 'temporal.update_id',
  taskQueue: 'temporal.task_queue',
};
