// Metrics of others that dashboard and alerts rest on. The product's own are in libs/service-kit/src/metrics.ts.

/**
 * Of the Temporal server, as 1.29.1 gave them on its metrics address. A backlog is told by the matching service a minute after it
 * first held tasks, a partition each; `task_type` is Activity or Workflow.
 */
export const TEMPORAL_SERVER_METRICS = ['approximate_backlog_count', 'approximate_backlog_age_seconds', 'no_poller_tasks', 'persistence_error_with_type', 'persistence_latency', 'service_requests', 'service_error_with_type', 'service_latency'];

/** Which of them are histograms: the name is that of `_bucket`, `_sum` and `_count`. */
export const TEMPORAL_HISTOGRAMS = ['persistence_latency', 'service_latency'];

/** Of Prometheus itself, for every target. */
export const SCRAPE_METRICS = ['up'];
