// The embedded runner: runs the nodes of a graph one after the other in this process. A stage uses all threads it is
// given, so running two at once would gain nothing on the machines this runner is for.
import type { ArtifactScope } from '@portrait/artifact-store';
import {
  PortraitError,
  invalidParams,
  parseParams,
  type ArtifactRecord,
  type ArtifactRef,
  type Graph,
  type Logger,
  type StageName,
  type StageReport,
} from '@portrait/contracts';
import type { Registry } from './implement.js';
import { explainDifference, keyParts, runKey, type KeyParts } from './key.js';
import { findRun, runStage } from './run-stage.js';
import type { StageEvent, StageResult } from './run-types.js';

export interface GraphOptions {
  /** Name under which the last run of each node is remembered: `portrait`, `render`. */
  name: string;
  graph: Graph;
  registry: Registry;
  scope: ArtifactScope;
  external: Record<string, ArtifactRef | undefined>;
  params: Partial<Record<StageName, unknown>>;
  seed: number;
  threads: number;
  signal: AbortSignal;
  log: Logger;
  /** Stop after this node. */
  until?: string;
  onEvent?: (event: StageEvent) => void;
}

export type GraphResult = Record<string, StageResult>;

export interface PlannedNode {
  node: string;
  stage: StageName;
  /**
   * `done`: nothing to do. `run`: will run. `depends`: will run unless what runs before it gives the same result as
   * last time.
   */
  state: 'done' | 'run' | 'depends';
  /** Why, one phrase each; empty when done. */
  reasons: string[];
}

/** @throws PortraitError INVALID_ARGUMENT naming every mistake in every stage's parameters. */
export function parseGraphParams(options: Pick<GraphOptions, 'graph' | 'registry' | 'params'>): Map<string, unknown> {
  const parsed = new Map<string, unknown>();
  const mistakes: string[] = [];
  const stages = new Set<string>(Object.values(options.graph).map((node) => node.stage));
  for (const stage of Object.keys(options.params))
    if (!stages.has(stage)) mistakes.push(`${stage}: no such stage; there are ${[...stages].join(', ')}`);
  for (const [node, { stage }] of Object.entries(options.graph)) {
    const result = parseParams(options.registry[stage], options.params[stage]);
    mistakes.push(...result.mistakes);
    parsed.set(node, result.params);
  }
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return parsed;
}

export async function runGraph(options: GraphOptions): Promise<GraphResult> {
  const params = parseGraphParams(options);
  const results: GraphResult = {};
  for (const [node, { stage }] of Object.entries(options.graph)) {
    const inputs = resolveInputs(options, node, (source, output) => results[source]?.outputs[output]);
    const { onEvent } = options;
    results[node] = await runStage({
      definition: options.registry[stage],
      scope: options.scope,
      inputs,
      params: params.get(node),
      seed: options.seed,
      threads: options.threads,
      signal: options.signal,
      log: options.log,
      ...(onEvent ? { onEvent } : {}),
    });
    await options.scope.records.put(latestName(options.name, node), { key: results[node].key });
    if (node === options.until) break;
  }
  return results;
}

/** What `runGraph` would do and why; computes nothing. */
export async function planGraph(
  options: Omit<GraphOptions, 'threads' | 'signal' | 'log' | 'onEvent'>,
): Promise<PlannedNode[]> {
  const params = parseGraphParams(options);
  const known = new Map<string, StageReport>();
  const plan: PlannedNode[] = [];
  for (const [node, { stage, inputs: sources }] of Object.entries(options.graph)) {
    const waiting = Object.values(sources).flatMap((source) =>
      'node' in source && !known.has(source.node) ? [source.node] : [],
    );
    if (waiting.length > 0) {
      plan.push({ node, stage, state: 'depends', reasons: [...new Set(waiting)].map((n) => `${n} runs first`) });
    } else {
      const inputs = resolveInputs(options, node, (source, output) => known.get(source)?.outputs[output]);
      const parts = keyParts(options.registry[stage], params.get(node), inputs, options.seed);
      const report = await findRun(options.scope, runKey(parts));
      if (report) known.set(node, report);
      plan.push({
        node,
        stage,
        state: report ? 'done' : 'run',
        reasons: report ? [] : await explain(options.scope, options.name, node, parts),
      });
    }
    if (node === options.until) break;
  }
  return plan;
}

async function explain(scope: ArtifactScope, graph: string, node: string, parts: KeyParts): Promise<string[]> {
  const latest = (await scope.records.get(latestName(graph, node))) as { key: string } | null;
  const before = latest && (await findRun(scope, latest.key));
  if (!before) return ['never run'];
  return explainDifference(
    { stage: before.stage, version: before.version, params: before.params, inputs: before.inputs, seed: before.seed },
    parts,
  );
}

export const latestName = (graph: string, node: string): string => `latest/${graph}/${node}`;

function resolveInputs(
  options: Pick<GraphOptions, 'graph' | 'registry' | 'external'>,
  node: string,
  output: (node: string, output: string) => ArtifactRef | undefined,
): ArtifactRecord {
  const entry = options.graph[node];
  if (!entry) throw new PortraitError('INTERNAL', `The graph has no node ${node}.`);
  const specs = options.registry[entry.stage].inputs;
  const inputs: ArtifactRecord = {};
  for (const [role, source] of Object.entries(entry.inputs)) {
    const ref = 'external' in source ? options.external[source.external] : output(source.node, source.output);
    if (ref) inputs[role] = ref;
    else if (!specs[role]?.optional)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${node} needs ${'external' in source ? source.external : `${source.node}.${source.output}`}.`,
        { at: { stage: entry.stage } },
      );
  }
  return inputs;
}
