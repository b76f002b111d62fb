// Stage kit: how any stage is run, one at a time or as a graph.
export { implement, lazily, type AnyStage, type Registry } from './implement.js';
export { explainDifference, keyParts, runKey, type KeyParts } from './key.js';
export { findRun, recordNames, runStage } from './run-stage.js';
export type { RunOptions, StageEvent, StageResult } from './run-types.js';
export {
  latestName,
  parseGraphParams,
  planGraph,
  runGraph,
  type GraphOptions,
  type GraphResult,
  type PlannedNode,
} from './run-graph.js';
export { findPortrait, requirePortrait, writePortrait } from './portrait-record.js';
export { fixtureRegistry, type FixtureOptions } from './fixture-stages.js';
export { openTestScope, runStageForTest, silentLog, type TestRun } from './testing.js';
