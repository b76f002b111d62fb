// Runs the nodes of a workflow and tracks their states: waiting, running, parked, skipped, done, cancelled.
// Not here: the nodes and their inputs (build-portrait.ts, render-video.ts).
import { ActivityFailure, ApplicationFailure, condition, isCancellation, proxyActivities } from '@temporalio/workflow';
import type {
  ArtifactRecord,
  Failure,
  NodeState,
  NodeStatus,
  ServiceTiming,
  StageName,
  StageOutcome,
  StageTask,
  WorkState,
} from '@portrait/contracts/work';
import { stageQueue } from '@portrait/contracts/work';
import { failureOf } from './failures.js';

/** Activity attempts before a node is parked. Above every limit of the error table; only lost workers reach it. */
const MAX_ATTEMPTS = 25;

interface StageService {
  runStage(task: StageTask): Promise<StageOutcome>;
}

function serviceOf(stage: StageName, { heartbeatSeconds }: ServiceTiming): StageService {
  return proxyActivities<StageService>({
    taskQueue: stageQueue(stage),
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: `${heartbeatSeconds} seconds`,
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      maximumAttempts: MAX_ATTEMPTS,
    },
  });
}

type Decision = { kind: 'retry'; params: Record<string, unknown> | undefined } | { kind: 'skip' };

interface NodeRun {
  node: string;
  stage: StageName;
  /** Resolves when the inputs are available; the node starts then. */
  inputs(): Promise<ArtifactRecord>;
  params: Record<string, unknown>;
  /** Output → input that replaces it when the node is skipped. Undefined: the node cannot be skipped. */
  skip: Readonly<Record<string, string>> | undefined;
  /** Default: the setting of the workflow. */
  onFailure?: 'park' | 'fail';
}

/** Called when a node ends. Hooks must not block the workflow. */
interface NodeHooks {
  done?(state: NodeState): void;
  failed?(state: NodeState): void;
}

export class NodeRuns {
  readonly #states = new Map<string, NodeState>();
  readonly #decisions = new Map<string, Decision>();
  readonly #skips = new Map<string, NodeRun['skip']>();
  #ended: 'done' | 'cancelled' | 'failed' | undefined;

  constructor(
    private readonly workflow: {
      person: string;
      graph: string;
      seed: number;
      timing: ServiceTiming;
      onFailure: 'park' | 'fail';
    },
    private readonly hooks: NodeHooks = {},
  ) {}

  /** Adds a waiting node, so that the state query lists it before it runs. */
  declare(node: string, stage: StageName, skip: NodeRun['skip']): void {
    this.#states.set(node, { node, stage, status: 'waiting', attempt: 0 });
    this.#skips.set(node, skip);
  }

  state(): WorkState {
    const nodes = [...this.#states.values()];
    return { status: this.#ended ?? (nodes.some(({ status }) => status === 'parked') ? 'parked' : 'running'), nodes };
  }

  end(how: 'done' | 'cancelled' | 'failed'): void {
    this.#ended = how;
    if (how === 'done') return;
    for (const state of this.#states.values())
      if (!['done', 'skipped'].includes(state.status)) state.status = 'cancelled';
  }

  /** @throws ApplicationFailure when there is no such node or it is not parked */
  requireParked(node: string): void {
    const state = this.#states.get(node);
    if (!state)
      throw refusal('NOT_FOUND', `There is no stage ${node}; the stages are ${[...this.#states.keys()].join(', ')}.`);
    const status = this.#decisions.has(node) ? 'about to resume' : state.status;
    if (status !== 'parked')
      throw refusal('CONFLICT', `${node} is ${status}; only a parked stage can be retried or skipped.`);
  }

  requireSkippable(node: string): void {
    this.requireParked(node);
    if (!this.#skips.get(node)) throw refusal('CONFLICT', `${node} cannot be skipped: later stages need its result.`);
  }

  decide(node: string, decision: Decision): void {
    this.#decisions.set(node, decision);
  }

  /**
   * Runs a node until it is done or skipped, across any number of parks and retries.
   * Rejects when the workflow is cancelled, or on failure when `onFailure` is "fail".
   */
  async run(run: NodeRun): Promise<Record<string, ArtifactRecord[string]>> {
    const inputs = await run.inputs();
    const { node, stage } = run;
    let { params } = run;
    for (;;) {
      const state = this.#enter(node, 'running');
      try {
        const { person, graph, seed, timing } = this.workflow;
        const outcome = await serviceOf(stage, timing).runStage({ person, graph, node, stage, inputs, params, seed });
        state.outcome = outcome;
        this.#leave(state, 'done');
        this.hooks.done?.(state);
        return outcome.outputs;
      } catch (error) {
        if (isCancellation(error)) {
          this.#leave(state, 'cancelled');
          throw error;
        }
        if (!(error instanceof ActivityFailure)) throw error;
        state.error = { ...failureOf(error), at: { ...failureOf(error).at, stage } };
        this.#leave(state, 'parked');
        this.hooks.failed?.(state);
        if ((run.onFailure ?? this.workflow.onFailure) === 'fail')
          throw ApplicationFailure.create({
            type: state.error.code,
            message: state.error.message,
            nonRetryable: true,
            details: [state.error],
          });
        const decision = await this.#decision(node);
        if (decision.kind === 'skip') {
          this.#leave(state, 'skipped');
          return Object.fromEntries(Object.entries(run.skip ?? {}).map(([output, input]) => [output, inputs[input]]));
        }
        params = decision.params ?? params;
      }
    }
  }

  async #decision(node: string): Promise<Decision> {
    await condition(() => this.#decisions.has(node));
    const decision = this.#decisions.get(node)!;
    this.#decisions.delete(node);
    return decision;
  }

  #enter(node: string, status: NodeStatus): NodeState {
    const state = this.#states.get(node)!;
    state.status = status;
    state.attempt++;
    state.startedAt = now();
    delete state.finishedAt;
    delete state.error;
    return state;
  }

  #leave(state: NodeState, status: NodeStatus): void {
    state.status = status;
    state.finishedAt = now();
  }
}

/** Workflow time, identical at every replay. */
const now = (): string => new Date().toISOString();

function refusal(code: Failure['code'], message: string): ApplicationFailure {
  const failure: Failure = { code, message };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [failure] });
}
