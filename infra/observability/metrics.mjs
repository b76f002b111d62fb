// Metrics of others that dashboard and alerts rest on. The product's own are in libs/service-kit/src/metrics.ts and apps/api/src/metrics.

/**
 * Of the Temporal server, as 1.29.1 gave them on its metrics address. A backlog is told by the matching service a minute after it
 * first held tasks, a partition each; `task_type` is Activity or Workflow.
 */
export const TEMPORAL_SERVER_METRICS = [
  'approximate_backlog_count',
  'approximate_backlog_age_seconds',
  'no_poller_tasks',
  'persistence_error_with_type',
  'persistence_latency',
  'service_requests',
  'service_error_with_type',
  'service_latency',
];

/** Of the workers' side of Temporal, as its SDK 1.24.0 names them and libs/service-kit/src/sdk-metrics.ts passes them on. */
export const TEMPORAL_SDK_METRICS = ['temporal_worker_task_slots_available', 'temporal_worker_task_slots_used'];

/** Those that are histograms: the name is that of `_bucket`, `_sum` and `_count`. */
export const TEMPORAL_HISTOGRAMS = [
  'persistence_latency',
  'service_latency',
  'temporal_activity_schedule_to_start_latency_seconds',
  'temporal_workflow_task_schedule_to_start_latency_seconds',
];

/** Of Prometheus itself, for every target. */
export const SCRAPE_METRICS = ['up'];
