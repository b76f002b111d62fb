// The part of the contracts that needs no library: what workflow code may load into its sandbox.
export * from './work.js';
export {
  ERROR_TABLE,
  PortraitError,
  toPortraitError,
  type ErrorClass,
  type ErrorCode,
  type ErrorDetails,
} from './errors.js';
export {
  PORTRAIT_GRAPH,
  LATER_PARTS,
  PORTRAIT_PARTS,
  RENDER_GRAPH,
  hasTruth,
  type Graph,
  type GraphNode,
  type Source,
} from './graph.js';
export type { StageName } from './stages/index.js';
export type { ArtifactRef, ArtifactKind } from './artifacts.js';
export type { ArtifactRecord, Finding } from './stage.js';
export { CLIP_FPS } from './rates.js';
export { checkWindow, isOpen, nextClosing, nextOpening, openTime } from './batch-window.js';
export { forecastEnd, measureSecondsPerItem, type ForecastInput, type MeasureInput } from './forecast.js';
