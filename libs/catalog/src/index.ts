// What whoever starts stages needs to know of them: the stages themselves, their parameters, and how a portrait is recorded.
export { loadRegistry, loadStage } from './registry.js';
export { listParameters } from './list-parameters.js';
export { graphParams, mergeParams, readAssignments, type KnownParameters, type StageParams } from './overrides.js';
export { findPortrait, portraitSchema, requirePortrait, writePortrait, type Portrait } from './portrait-record.js';
