// The work engine over Temporal. Connects on first use, so that the API can serve other requests while Temporal is
// unreachable.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchWorkflowId,
  eraseWorkflowId,
  MORE_ITEMS_SIGNAL,
  portraitWorkflowId,
  RETRY_STAGE_UPDATE,
  RUN_STAGE,
  SKIP_STAGE_UPDATE,
  STATE_QUERY,
  videoWorkflowId,
  WORKFLOWS,
  WORKFLOW_QUEUE,
  PortraitError,
  type BuildPortraitInput,
  type ErasePersonInput,
  type RenderBatchInput,
  type RenderVideoInput,
  type RetryStageInput,
  type SkipStageInput,
  type StageBeat,
  type WorkState,
} from '@portrait/contracts';
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkSnapshot, WorkEngine } from './engine.js';
import { fromTemporalError } from './temporal-error.js';

/** Deadlines for calls that the Temporal server answers, and for calls that a workflow answers. */
const SERVER_MS = 5_000;
const WORKFLOW_MS = 10_000;
/** Short: a workflow without a worker must not delay the caller. */
const STATE_MS = 2_000;
const DELETE_POLL_MS = 100;
const DELETE_TIMEOUT_MS = 20_000;
/** Histories deleted per chunk. */
const DELETE_CHUNK = 100;

const GRPC_NOT_FOUND = 5;
const isAbsent = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND);

export class TemporalEngine implements WorkEngine {
  #client: Promise<Client> | null = null;

  constructor(private readonly connect: () => Promise<Client>) {}

  startPortrait(input: BuildPortraitInput, again = false): Promise<void> {
    return this.#start(WORKFLOWS.buildPortrait, portraitWorkflowId(input.person), input, again);
  }

  startVideo(input: RenderVideoInput): Promise<void> {
    return this.#start(WORKFLOWS.renderVideo, videoWorkflowId(input.video), input, false);
  }

  startBatch(input: RenderBatchInput): Promise<void> {
    return this.#call(SERVER_MS, async (client) => {
      await client.workflow.signalWithStart(WORKFLOWS.renderBatch, {
        workflowId: batchWorkflowId(input.batch),
        taskQueue: WORKFLOW_QUEUE,
        args: [input],
        signal: MORE_ITEMS_SIGNAL,
      });
    });
  }

  startErase(input: ErasePersonInput): Promise<void> {
    return this.#start(WORKFLOWS.erasePerson, eraseWorkflowId(input.erasure), input, false);
  }

  async #start(type: string, workflowId: string, input: unknown, again: boolean): Promise<void> {
    await this.#call(SERVER_MS, async (client) => {
      try {
        await client.workflow.start(type, {
          workflowId,
          taskQueue: WORKFLOW_QUEUE,
          args: [input],
          workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        if (again)
          throw new PortraitError('CONFLICT', 'It is still running or stopping.', {
            cause: error,
            hint: 'Wait until it has ended, or cancel it first.',
          });
      }
    });
  }

  retryStage(workflowId: string, input: RetryStageInput): Promise<void> {
    return this.#update(workflowId, RETRY_STAGE_UPDATE, input);
  }

  skipStage(workflowId: string, input: SkipStageInput): Promise<void> {
    return this.#update(workflowId, SKIP_STAGE_UPDATE, input);
  }

  async #update(workflowId: string, update: string, input: unknown): Promise<void> {
    await this.#call(WORKFLOW_MS, async (client) => {
      try {
        await client.workflow.getHandle(workflowId).executeUpdate(update, { args: [input] });
      } catch (error) {
        if (isAbsent(error))
          throw new PortraitError('CONFLICT', 'The workflow is not running.', {
            cause: error,
            hint: 'Restart it with :resume.',
          });
        throw error;
      }
    });
  }

  cancel(workflowId: string): Promise<boolean> {
    return this.#call(SERVER_MS, async (client) => {
      try {
        await client.workflow.getHandle(workflowId).cancel();
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    });
  }

  async describe(workflowId: string): Promise<WorkSnapshot | null> {
    const found = await this.#describe(workflowId);
    if (found === null) return null;
    const running = found.status.name === 'RUNNING';
    const state = running
      ? await this.#call(STATE_MS, (client) =>
          client.workflow.getHandle(workflowId).query<WorkState>(STATE_QUERY),
        ).catch(() => null)
      : null;
    return { running, state, beats: beatsOf(found) };
  }

  #describe(workflowId: string): Promise<WorkflowExecutionDescription | null> {
    return this.#call(SERVER_MS, async (client) => {
      try {
        return await client.workflow.getHandle(workflowId).describe();
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    });
  }

  async deleteHistories(workflowIds: readonly string[]): Promise<void> {
    for (let at = 0; at < workflowIds.length; at += DELETE_CHUNK)
      await this.#deleteChunk(workflowIds.slice(at, at + DELETE_CHUNK));
  }

  async #deleteChunk(workflowIds: readonly string[]): Promise<void> {
    // The visibility list lags behind, so the latest runs are looked up directly too.
    const runs = async (): Promise<{ workflowId: string; runId?: string }[]> => {
      const there = await Promise.all(
        workflowIds.map(async (workflowId) => ((await this.#describe(workflowId)) === null ? [] : [{ workflowId }])),
      );
      return [...(await this.#runsOf(workflowIds)), ...there.flat()];
    };
    for (let waited = 0; ; waited += DELETE_POLL_MS) {
      const left = await runs();
      if (left.length === 0) return;
      // The server deletes asynchronously.
      if (waited >= DELETE_TIMEOUT_MS)
        throw new PortraitError(
          'SERVER_UNREACHABLE',
          `Temporal has not deleted the history of ${left[0]!.workflowId} yet.`,
        );
      for (const run of waited === 0 ? left : left.filter(({ runId }) => runId === undefined)) await this.#delete(run);
      await sleep(DELETE_POLL_MS);
    }
  }

  /** All runs, including earlier ones of a resumed training. */
  #runsOf(workflowIds: readonly string[]): Promise<{ workflowId: string; runId: string }[]> {
    return this.#call(SERVER_MS, async (client) => {
      const found: { workflowId: string; runId: string }[] = [];
      for await (const { workflowId, runId } of client.workflow.list({
        query: `WorkflowId IN (${workflowIds.map((id) => `'${id}'`).join(', ')})`,
      }))
        found.push({ workflowId, runId });
      return found;
    });
  }

  #delete(run: { workflowId: string; runId?: string }): Promise<void> {
    return this.#call(SERVER_MS, async (client) => {
      try {
        await client.workflowService.deleteWorkflowExecution({
          namespace: client.options.namespace,
          workflowExecution: run,
        });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
  }

  async ping(): Promise<void> {
    await this.#call(SERVER_MS, (client) =>
      client.workflowService.describeNamespace({ namespace: client.options.namespace }),
    );
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    await client?.connection.close();
  }

  async #call<T>(ms: number, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      this.#client ??= this.connect();
      const client = await this.#client.catch((error: unknown) => {
        this.#client = null;
        throw error;
      });
      return await client.withDeadline(Date.now() + ms, () => work(client));
    } catch (error) {
      throw fromTemporalError(error);
    }
  }
}

/** Last heartbeat of each node. */
function beatsOf({ raw }: WorkflowExecutionDescription): Record<string, StageBeat> {
  const beats: Record<string, StageBeat> = {};
  for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
    const payload = heartbeatDetails?.payloads?.[0];
    if (activityType?.name !== RUN_STAGE || !payload) continue;
    const beat = defaultPayloadConverter.fromPayload<StageBeat>(payload);
    beats[beat.node] = beat;
  }
  return beats;
}
