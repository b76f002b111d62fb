// A stage service's activity: runs one stage of one task through runStage, beats while it works, hands back when it is
// drained. Not here: connections, health, the process (service-kit).
import { CancelledFailure, Context } from '@temporalio/activity';
import type { ArtifactStore } from '@portrait/artifact-store';
import {
  PortraitError,
  type Logger,
  type StageBeat,
  type StageName,
  type StageOutcome,
  type StageTask,
} from '@portrait/contracts';
import type { AnyStage } from '../implement.js';
import { latestName } from '../run-graph.js';
import { runStage } from '../run-stage.js';
import type { StageEvent } from '../run-types.js';
import { toApplicationFailure } from './failures.js';

/** Sign of life at least so often, whatever the stage says. */
const BEAT_MS = 2000;

export interface StageRunInfo {
  task: StageTask;
  workflowId: string;
  attempt: number;
}

export interface StageServiceOptions {
  stages: readonly AnyStage[];
  store: ArtifactStore;
  threads: number;
  /** Log of one run, with its fields. */
  log(info: StageRunInfo): Logger;
  /** For metrics. */
  onEvent?(event: StageEvent, info: StageRunInfo): void;
}

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- activities must have an index signature
export type StageActivities = { runStage(task: StageTask): Promise<StageOutcome> };

export function stageActivities(options: StageServiceOptions): StageActivities {
  const stages = new Map<StageName, AnyStage>(options.stages.map((stage) => [stage.name, stage]));
  return {
    async runStage(task) {
      const context = Context.current();
      const info: StageRunInfo = {
        task,
        workflowId: context.info.workflowExecution?.workflowId ?? '',
        attempt: context.info.attempt,
      };
      const beat: StageBeat = { node: task.node, done: 0, total: 1, unit: 'steps' };
      const timer = setInterval(() => context.heartbeat(beat), BEAT_MS);
      try {
        const definition = stages.get(task.stage);
        if (!definition)
          throw new PortraitError('INTERNAL', `This service runs ${[...stages.keys()].join(', ')}, not ${task.stage}.`);
        await using scope = await options.store.scope(task.person);
        const result = await runStage({
          definition,
          scope,
          attempt: info.attempt,
          inputs: task.inputs,
          params: task.params,
          seed: task.seed,
          threads: options.threads,
          signal: context.cancellationSignal,
          log: options.log(info),
          onEvent(event) {
            if (event.type === 'progress') follow(beat, event.progress);
            options.onEvent?.(event, info);
          },
        });
        await scope.records.put(latestName(task.graph, task.node), { key: result.key });
        const { wallMs, cpuMs, peakRssBytes, findings, metrics, preview } = result.report;
        return {
          key: result.key,
          outputs: result.outputs,
          cached: result.cached,
          wallMs,
          cpuMs,
          peakRssBytes,
          findings,
          metrics,
          ...(preview ? { preview: preview as StageOutcome['preview'] & object } : {}),
        };
      } catch (error) {
        throw context.cancellationSignal.aborted
          ? whyStopped(context, error)
          : toApplicationFailure(error, context.info.attempt);
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function follow(beat: StageBeat, progress: Extract<StageEvent, { type: 'progress' }>['progress']): void {
  const { done, total, unit, message, checkpoint } = progress;
  Object.assign(
    beat,
    { done, total, unit },
    message === undefined ? {} : { message },
    checkpoint === undefined ? {} : { checkpoint: checkpoint.digest },
  );
}

/**
 * Asked to stop by the workflow: cancelled. Because this worker ends: another one takes the job, from the checkpoint.
 */
function whyStopped(context: Context, error: unknown): Error {
  const reason: unknown = context.cancellationSignal.reason;
  if (
    context.cancellationDetails?.workerShutdown ??
    (reason instanceof Error && reason.message === 'WORKER_SHUTDOWN')
  ) {
    return toApplicationFailure(
      new PortraitError('WORKER_LOST', 'The worker that had the job is ending.', { cause: error }),
      1,
    );
  }
  return new CancelledFailure('Stopped on request.', [], error instanceof Error ? error : undefined);
}
