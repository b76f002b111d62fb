// Metrics of third parties that the dashboard and the alerts use. The product's own metrics are in
// libs/service-kit/src/metrics.ts and apps/api/src/metrics.

/**
 * Metrics of the Temporal server 1.29.1. The matching service reports a backlog a minute after it first held tasks, per
 * partition; `task_type` is Activity or Workflow.
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

/** Metrics of Temporal workers, named as in SDK 1.24.0; libs/service-kit/src/sdk-metrics.ts passes them on. */
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
