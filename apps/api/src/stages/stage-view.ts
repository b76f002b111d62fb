// Views of stages, from the live state of the workflow or from stored rows. Pure.
import {
  STAGES,
  type ArtifactRef,
  type NodeState,
  type StageBeat,
  type StageName,
  type StageOutcome,
} from '@portrait/contracts';
import type { StageView } from '@portrait/contracts/api';
import type { stages } from '../database/schema.js';
import { failureView } from '../errors/error-response.js';
import type { LiveState } from '../work/live-status.js';

type StageRow = typeof stages.$inferSelect;

export interface StageFacts {
  view: StageView;
  /** Preview artifact; links are added later. */
  preview: ArtifactRef | undefined;
  outputs: readonly ArtifactRef[];
}

const NOTHING = {
  attempt: 0,
  progress: null,
  done: null,
  total: null,
  unit: null,
  message: null,
  startedAt: null,
  finishedAt: null,
  error: null,
  cached: null,
  seconds: null,
  coreSeconds: null,
  artifacts: [],
  previews: [],
  findings: [],
  metrics: {},
};

const stageOf = (node: string): StageName => node.split('.')[0] as StageName;
const round = (value: number): number => Math.round(value * 1000) / 1000;

function facts(
  node: string,
  given: Partial<StageView> & Pick<StageView, 'status'>,
  outcome: StageOutcome | undefined,
  beat: StageBeat | undefined,
): StageFacts {
  const view: StageView = { ...NOTHING, stage: node, title: STAGES[stageOf(node)].title, ...given };
  if (view.startedAt !== null && view.finishedAt !== null)
    view.seconds = round((Date.parse(view.finishedAt) - Date.parse(view.startedAt)) / 1000);
  if (view.status === 'done' || view.status === 'skipped') view.progress = 1;
  if (view.status === 'waiting') view.progress = 0;
  if (view.status === 'running' && beat !== undefined) {
    const { done, total, unit, message } = beat;
    Object.assign(view, {
      progress: total > 0 ? Math.min(1, Math.max(0, round(done / total))) : null,
      done,
      total,
      unit,
      message: message ?? null,
    });
  }
  if (outcome !== undefined && view.status === 'done') {
    const { outputs, cached, cpuMs, findings, metrics } = outcome;
    const artifacts = Object.entries(outputs).map(([role, { kind, digest }]) => ({ role, kind, digest }));
    Object.assign(view, { cached, coreSeconds: cached ? 0 : round(cpuMs / 1000), findings, metrics, artifacts });
  }
  return { view, preview: outcome?.preview, outputs: Object.values(outcome?.outputs ?? {}) };
}

function fromState(
  { node, status, attempt, startedAt, finishedAt, error, outcome }: NodeState,
  beat: StageBeat | undefined,
): StageFacts {
  return facts(
    node,
    { status, attempt, startedAt: startedAt ?? null, finishedAt: finishedAt ?? null, error: failureView(error) },
    outcome,
    beat,
  );
}

function fromRow({ stage, status, attempt, startedAt, finishedAt, error, outcome }: StageRow): StageFacts {
  return facts(
    stage,
    {
      status,
      attempt,
      startedAt: startedAt?.toISOString() ?? null,
      finishedAt: finishedAt?.toISOString() ?? null,
      error: failureView(error),
    },
    outcome ?? undefined,
    undefined,
  );
}

/** True when the workflow state is complete, so that the rows are not needed. */
export const hasAllNodes = (live: LiveState): boolean => live !== null && live !== 'unreachable' && live.state !== null;

/**
 * @param nodes of the graph, in order; the nodes of a running workflow replace them
 * @param over true when the work was cancelled or failed: waiting stages will not run
 */
export function stageFacts(
  nodes: readonly string[],
  rows: readonly StageRow[],
  live: LiveState,
  over: boolean,
): StageFacts[] {
  const look = live === 'unreachable' ? null : live;
  if (look?.state) return look.state.nodes.map((node) => fromState(node, look.beats[node.node]));
  const known = new Map(rows.map((row) => [row.stage as string, row]));
  const names = [...new Set([...nodes, ...known.keys()])];
  return names.map((node) => {
    const row = known.get(node);
    const beat = look?.beats[node];
    if (beat !== undefined)
      return facts(node, { status: 'running', attempt: (row?.attempt ?? 0) + 1 }, undefined, beat);
    return row === undefined
      ? facts(node, { status: over ? 'cancelled' : 'waiting' }, undefined, undefined)
      : fromRow(row);
  });
}

/** Mean over all stages; null when the workflow cannot be queried. */
export function overallProgress(stages: readonly StageView[], live: LiveState): number | null {
  if (live === 'unreachable' || stages.length === 0) return null;
  return round(stages.reduce((sum, { progress }) => sum + (progress ?? 0), 0) / stages.length);
}
