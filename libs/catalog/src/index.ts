// What whoever starts work needs to know: presets, parameters, portraits. Imports contracts only.
export { listParameters } from './list-parameters.js';
export { mergeParams } from './merge-params.js';
export { graphParams, readAssignments, type KnownParameters, type StageParams } from './overrides.js';
export { isLaterPart, PORTRAIT_ROLES, portraitSchema, type Portrait } from './portrait.js';
export { PRESETS, requirePreset, resolvePreset, type Preset, type PresetName } from './presets.js';
