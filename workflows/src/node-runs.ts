// The nodes of a piece of work and their life: waiting, running, parked until somebody decides, done. Deterministic. Not here:
// which nodes there are and what feeds them (build-portrait.ts, render-video.ts).
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

/** Attempts Temporal makes before a node is parked: more than any code of the error table allows, for workers that are lost. */
const MOST_ATTEMPTS = 25;

interface StageService {
  runStage(task: StageTask): Promise<StageOutcome>;
}

/** Activities of the service of a stage. */
function serviceOf(stage: StageName, { heartbeatSeconds }: ServiceTiming): StageService {
  return proxyActivities<StageService>({
    taskQueue: stageQueue(stage),
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: `${heartbeatSeconds} seconds`,
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      maximumAttempts: MOST_ATTEMPTS,
    },
  });
}

type Decision = { kind: 'retry'; params: Record<string, unknown> | undefined } | { kind: 'skip' };

export interface NodeRun {
  node: string;
  stage: StageName;
  /** Awaited before the node starts; gives its inputs. */
  inputs(): Promise<ArtifactRecord>;
  params: Record<string, unknown>;
  /** Output → input that stands in for it; undefined: may not be left out. */
  skip: Readonly<Record<string, string>> | undefined;
  /** Left out: as the work says. */
  onFailure?: 'park' | 'fail';
}

/** Told of every end of a node; must not wait, since what comes next does not depend on who is told. */
export interface NodeHooks {
  done?(state: NodeState): void;
  failed?(state: NodeState): void;
}

export class NodeRuns {
  readonly #states = new Map<string, NodeState>();
  readonly #decisions = new Map<string, Decision>();
  readonly #skips = new Map<string, NodeRun['skip']>();
  #ended: 'done' | 'cancelled' | 'failed' | undefined;

  constructor(
    private readonly work: {
      person: string;
      graph: string;
      seed: number;
      timing: ServiceTiming;
      onFailure: 'park' | 'fail';
    },
    private readonly hooks: NodeHooks = {},
  ) {}

  /** Makes a node known, so that it is seen before its turn comes. */
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
      throw refusal('NOT_FOUND', `There is no stage ${node} here; there are ${[...this.#states.keys()].join(', ')}.`);
    if (state.status !== 'parked' || this.#decisions.has(node))
      throw refusal(
        'CONFLICT',
        `${node} is ${this.#decisions.has(node) ? 'about to go on' : state.status}; only a parked stage can be retried or skipped.`,
      );
  }

  requireSkippable(node: string): void {
    this.requireParked(node);
    if (!this.#skips.get(node))
      throw refusal('CONFLICT', `${node} cannot be left out: what comes after it needs its result.`);
  }

  decide(node: string, decision: Decision): void {
    this.#decisions.set(node, decision);
  }

  /** Runs a node to its end, whatever that takes. Rejects only when the work is cancelled, or fails where failing is asked for. */
  async run(run: NodeRun): Promise<Record<string, ArtifactRecord[string]>> {
    const inputs = await run.inputs();
    const { node, stage } = run;
    let { params } = run;
    for (;;) {
      const state = this.#enter(node, 'running');
      try {
        const { person, graph, seed, timing } = this.work;
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
        if ((run.onFailure ?? this.work.onFailure) === 'fail')
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

/** Workflow time: the same at every replay. */
export const now = (): string => new Date().toISOString();

export function refusal(code: Failure['code'], message: string): ApplicationFailure {
  const failure: Failure = { code, message };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [failure] });
}
