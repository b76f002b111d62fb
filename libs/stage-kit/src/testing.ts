// For specs: one stage on a store in a temporary folder, without a graph.
import { openFileStore, type ArtifactScope } from '@portrait/artifact-store';
import type { ArtifactRecord, Logger } from '@portrait/contracts';
import type { AnyStage } from './implement.js';
import { runStage } from './run-stage.js';
import type { StageEvent, StageResult } from './run-types.js';

export const silentLog: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** @param directory a temporary folder the caller removes. */
export async function openTestScope(directory: string, person = 'test'): Promise<ArtifactScope> {
  return (await openFileStore(directory)).scope(person);
}

export interface TestRun {
  params?: unknown;
  seed?: number;
  threads?: number;
  signal?: AbortSignal;
  onEvent?: (event: StageEvent) => void;
}

export function runStageForTest(
  definition: AnyStage,
  scope: ArtifactScope,
  inputs: ArtifactRecord,
  options: TestRun = {},
): Promise<StageResult> {
  const { params, seed = 1, threads = 2, signal = new AbortController().signal, onEvent } = options;
  return runStage({
    definition,
    scope,
    inputs,
    params,
    seed,
    threads,
    signal,
    log: silentLog,
    ...(onEvent ? { onEvent } : {}),
  });
}
