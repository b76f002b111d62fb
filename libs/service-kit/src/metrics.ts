// Prometheus metrics of a service: its jobs and the Node.js defaults.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly running: Gauge<'stage'>;
  readonly finished: Counter<'stage' | 'outcome'>;
  readonly seconds: Histogram<'stage'>;
  readonly coreSeconds: Counter<'stage'>;
  readonly peakBytes: Gauge<'stage'>;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    running: new Gauge({
      name: 'portrait_jobs_running',
      help: 'Jobs running in this service',
      labelNames: ['stage'],
      registers,
    }),
    finished: new Counter({
      name: 'portrait_jobs_finished_total',
      help: 'Finished jobs by outcome: done, cached, or the error code',
      labelNames: ['stage', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'portrait_job_seconds',
      help: 'Wall time of computed jobs',
      labelNames: ['stage'],
      buckets: [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400],
      registers,
    }),
    coreSeconds: new Counter({
      name: 'portrait_core_seconds_total',
      help: 'CPU time of computed jobs',
      labelNames: ['stage'],
      registers,
    }),
    peakBytes: new Gauge({
      name: 'portrait_job_peak_bytes',
      help: 'Peak memory of the process during the last job',
      labelNames: ['stage'],
      registers,
    }),
  };
}
