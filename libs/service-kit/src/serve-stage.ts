// Runs a stage as a service. Every stage's main.ts calls this.
import type { StageName } from '@portrait/contracts';
import { traceId, withFields } from '@portrait/observability';
import type { AnyStage, StageEvent } from '@portrait/stage-kit';
import { asActivity, stageActivities, type StageRunInfo } from '@portrait/stage-kit/temporal';
import type { ArtifactStore } from '@portrait/artifact-store';
import type { Metrics } from './metrics.js';
import { retryUntilAvailable } from './retry.js';
import { runService } from './run-service.js';
import { openServiceStore } from './service-store.js';

const SMALL_SLOTS = 10;
/** Interval at which a machine checks for erasures done elsewhere and removes its local copies. */
const ERASURE_POLL_MS = 60_000;

export interface StageService {
  /** The stages whose specification names this service. */
  stages: readonly [AnyStage, ...AnyStage[]];
  /** Short activities on a separate queue, so that they never wait behind a stage. */
  small?: { queue: string; activities(store: ArtifactStore): Record<string, (input: never) => Promise<unknown>> };
}

/** Serves stages until SIGTERM or SIGINT, then sets the exit code. */
export async function serveStage(service: StageService): Promise<void> {
  const queue = service.stages[0].service;
  process.exitCode = await runService({
    name: queue,
    async open({ settings, log, metrics, signal }) {
      // The native kernels create their thread pool once and read its size from this variable.
      process.env['PORTRAIT_THREADS'] = String(settings.threads);
      const store = await retryUntilAvailable('the object store', log, signal, () =>
        openServiceStore(settings.objectStore),
      );
      const activities = stageActivities({
        stages: service.stages,
        store,
        threads: settings.threads,
        log: ({ task, workflowId, attempt }) =>
          withFields(log, { person: task.person, workflow: workflowId, stage: task.stage, attempt, trace: traceId() }),
        onEvent: (event, info) => recordMetrics(metrics, event, info),
      });
      const { small } = service;
      const removeErasedCopies = (): void =>
        void store
          .forgetErased()
          .catch((error: Error) => log.warn('Local copies of erased people may remain', { error: error.message }));
      const erasureTimer = setInterval(removeErasedCopies, ERASURE_POLL_MS);
      return {
        workers: [
          { taskQueue: queue, activities, maxConcurrentActivityTaskExecutions: settings.slots },
          ...(small
            ? [
                {
                  taskQueue: small.queue,
                  activities: Object.fromEntries(
                    Object.entries(small.activities(store)).map(([name, work]) => [name, asActivity(work)]),
                  ),
                  maxConcurrentActivityTaskExecutions: SMALL_SLOTS,
                },
              ]
            : []),
        ],
        close: () => Promise.resolve(clearInterval(erasureTimer)),
      };
    },
  });
}

function recordMetrics(metrics: Metrics, event: StageEvent, { task: { stage } }: StageRunInfo): void {
  const labels: { stage: StageName } = { stage };
  if (event.type === 'start') metrics.running.inc(labels);
  if (event.type === 'cached') metrics.finished.inc({ ...labels, outcome: 'cached' });
  if (event.type === 'done') {
    metrics.running.dec(labels);
    metrics.finished.inc({ ...labels, outcome: 'done' });
    metrics.seconds.observe(labels, event.report.wallMs / 1000);
    metrics.coreSeconds.inc(labels, event.report.cpuMs / 1000);
    metrics.peakBytes.set(labels, event.report.peakRssBytes);
  }
  if (event.type === 'failed') {
    metrics.running.dec(labels);
    metrics.finished.inc({ ...labels, outcome: event.error.code });
  }
}
