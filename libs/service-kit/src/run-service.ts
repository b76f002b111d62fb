// The life of a service: settings, log, connections, workers, health. SIGTERM or SIGINT starts a drain: running jobs
// get PORTRAIT_DRAIN_SECONDS to end, then they are handed back.
import { readServiceSettings, readSettings, type ServiceSettings, type Settings } from '@portrait/config';
import { toPortraitError, type Logger } from '@portrait/contracts';
import { createLogger, quietLogger, startTracing } from '@portrait/observability';
import { Client } from '@temporalio/client';
import { DefaultLogger, MetricsBuffer, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { serveHealth, type Check } from './health.js';
import { createMetrics, type Metrics } from './metrics.js';
import { SdkMetrics } from './sdk-metrics.js';
import { temporalTracing } from './temporal-tracing.js';
import { pendingDependencies } from './retry.js';
import { connectWorker } from './temporal-connection.js';

/**
 * Maximum interval between heartbeats. The SDK's default is 80 % of the heartbeat timeout, which would delay progress
 * and cancellation by that long.
 */
const MAX_HEARTBEAT_INTERVAL = '2 seconds';

export type ServiceWorker = Omit<
  WorkerOptions,
  'connection' | 'namespace' | 'shutdownGraceTime' | 'interceptors' | 'sinks'
>;

export interface ServiceContext {
  readonly settings: ServiceSettings & Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Shares the connection of the workers. */
  readonly client: Client;
  /** Aborts when the process receives SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
}

export interface Service {
  /** Name in logs and metrics. */
  name: string;
  /** Opens the resources of the service and returns its workers; `close` runs after the drain. */
  open(
    context: ServiceContext,
  ): Promise<{ workers: ServiceWorker[]; checks?: Record<string, Check>; close?(): Promise<void> }>;
}

/** Runs until SIGTERM or SIGINT. @returns the exit code */
export async function runService(
  service: Service,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  let log: Logger = quietLogger;
  try {
    const settings = { ...readSettings(env), ...readServiceSettings(env) };
    log =
      settings.logLevel === 'silent'
        ? quietLogger
        : createLogger({
            level: settings.logLevel,
            destination: process.stdout,
            fields: { service: service.name, pid: process.pid },
          });
    const buffer = new MetricsBuffer({ useSecondsForDurations: true });
    Runtime.install({
      logger: new DefaultLogger('WARN', (entry) => log.warn(entry.message, entry.meta)),
      shutdownSignals: [],
      telemetryOptions: { metrics: { buffer } },
    });
    await runWorkers(service, { settings, log, buffer, signal: stop.signal });
    log.info('Ended');
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    const failure = toPortraitError(error);
    log.warn('The service failed', { ...failure.toJSON(), stack: failure.stack });
    process.stderr.write(`${service.name}: ${failure.message}${failure.hint ? ` ${failure.hint}` : ''}\n`);
    return failure.class.exitCode;
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  }
}

async function runWorkers(
  service: Service,
  base: { settings: ServiceSettings & Settings; log: Logger; buffer: MetricsBuffer; signal: AbortSignal },
): Promise<void> {
  const { settings, log, buffer, signal } = base;
  const openTelemetry = await startTracing({ settings: settings.tracing, service: service.name, log });
  const tracing = openTelemetry && (await temporalTracing(openTelemetry));
  const metrics = createMetrics(service.name);
  const sdkMetrics = new SdkMetrics(metrics.registry, buffer);
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  let checks: Record<string, Check> = {};
  const health = await serveHealth({
    ...settings.health,
    registry: metrics.registry,
    beforeScrape: () => sdkMetrics.take(),
    checks: {
      service: () => (state === 'ready' ? null : (pendingDependencies() ?? state)),
      others: async () => await firstFailure(checks),
    },
  });
  log.info('Starting', { health: health.url });
  try {
    const connection = await connectWorker(settings.temporal, log, signal);
    const { namespace } = settings.temporal;
    const client = new Client({ connection, namespace, ...(tracing ? { interceptors: tracing.client } : {}) });
    const opened = await service.open({ settings, log, metrics, client, signal });
    checks = opened.checks ?? {};
    try {
      const workers = await Promise.all(
        opened.workers.map((options) =>
          Worker.create({
            maxHeartbeatThrottleInterval: MAX_HEARTBEAT_INTERVAL,
            ...options,
            ...tracing?.worker(options.workflowsPath !== undefined),
            connection,
            namespace,
            shutdownGraceTime: `${settings.drainSeconds}s`,
          }),
        ),
      );
      const running = Promise.all(workers.map((worker) => worker.run()));
      const drain = (): void => {
        state = 'draining';
        log.info('Draining');
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      };
      if (signal.aborted) drain();
      else signal.addEventListener('abort', drain, { once: true });
      state = signal.aborted ? 'draining' : 'ready';
      log.info('Ready', { queues: opened.workers.map(({ taskQueue }) => taskQueue) });
      await running;
    } finally {
      await opened.close?.();
      await connection.close();
    }
  } finally {
    await health.close();
    sdkMetrics[Symbol.dispose]();
    await openTelemetry?.end();
  }
}

async function firstFailure(checks: Readonly<Record<string, Check>>): Promise<string | null> {
  for (const [name, check] of Object.entries(checks)) {
    const why = await check();
    if (why !== null) return `${name}: ${why}`;
  }
  return null;
}
