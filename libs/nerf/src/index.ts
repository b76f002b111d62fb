// Over the kernels: cameras, datasets, presets, heads and torsos as artifacts, and the renderer of a portrait.
export { cameraFromTransform, camerasOf, intrinsicsOf, pose6, project, type Intrinsics } from './camera.js';
export { audioConditioningFromTensors, fitAudioConditioning, type AudioConditioning } from './audio-conditioning.js';
export { headModelSchema, headOptimSchema, headTrainingParams, lipsFinetuningParams, type HeadModelParams, type HeadOptimParams, type HeadTrainingParams, type LipsFinetuningParams } from './config/head-params.js';
export { torsoTrainingParams, type TorsoTrainingParams } from './config/torso-params.js';
export { PRESETS, resolvePreset, type Preset, type PresetName } from './config/presets.js';
export { LABEL, packHeadDataset, packTorsoDataset, readPlate, surveyLabels, type Crop, type LabelSurvey, type TrainingInputs } from './dataset.js';
export { principalComponents } from './principal-components.js';
export { readSafetensors, writeSafetensors, type SafetensorsFile, type Tensor } from './safetensors.js';
export { HELD_OUT_SHARE, heldOutFrames, splitFrames, type Split } from './split.js';
export { visualHull, GRID, type Mesh } from './visual-hull.js';
