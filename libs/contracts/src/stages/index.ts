// Every stage of the product, by name. The runner, the command line, the API, the pages and the documentation derive
// from this table; nothing else lists stages.
import { audioFeaturesSpec } from './audio-features.js';
import { compareSpec } from './compare.js';
import { evaluateSpec } from './evaluate.js';
import { faceTrackingSpec } from './face-tracking.js';
import { headTrainingSpec } from './head-training.js';
import { ingestSpec } from './ingest.js';
import { joinSpec } from './join.js';
import { landmarksSpec } from './landmarks.js';
import { lipsFinetuningSpec } from './lips-finetuning.js';
import { neckInpaintingSpec } from './neck-inpainting.js';
import { renderSpec } from './render.js';
import { semanticParsingSpec } from './semantic-parsing.js';
import type { StageSpec } from './stage-spec.js';
import { torsoTrainingSpec } from './torso-training.js';

export const STAGES = {
  [ingestSpec.name]: ingestSpec,
  [semanticParsingSpec.name]: semanticParsingSpec,
  [landmarksSpec.name]: landmarksSpec,
  [faceTrackingSpec.name]: faceTrackingSpec,
  [audioFeaturesSpec.name]: audioFeaturesSpec,
  [neckInpaintingSpec.name]: neckInpaintingSpec,
  [headTrainingSpec.name]: headTrainingSpec,
  [lipsFinetuningSpec.name]: lipsFinetuningSpec,
  [torsoTrainingSpec.name]: torsoTrainingSpec,
  [renderSpec.name]: renderSpec,
  [joinSpec.name]: joinSpec,
  [evaluateSpec.name]: evaluateSpec,
  [compareSpec.name]: compareSpec,
};

export type StageName = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as StageName[];

/** Specifications by stage: those of the product, or others that stand in for them in a test. */
export type StageSpecs = Readonly<Record<StageName, StageSpec>>;

export { audioFeaturesSpec, EXTRACTOR_NAMES, type AudioFeaturesParams, type ExtractorName } from './audio-features.js';
export { compareSpec } from './compare.js';
export { evaluateSpec, type EvaluateParams } from './evaluate.js';
export { faceTrackingSpec, type FaceTrackingParams } from './face-tracking.js';
export { headModelSchema, type HeadModelParams, type HeadOptimParams } from './head-params.js';
export { headTrainingSpec, type HeadTrainingParams } from './head-training.js';
export { ingestSpec, type IngestParams } from './ingest.js';
export { joinSpec } from './join.js';
export { landmarksSpec, type LandmarksParams } from './landmarks.js';
export { lipsFinetuningSpec, type LipsFinetuningParams } from './lips-finetuning.js';
export {
  INPAINTING_BACKENDS,
  neckInpaintingSpec,
  type InpaintingBackend,
  type NeckInpaintingParams,
} from './neck-inpainting.js';
export { invalidParams, parseParams } from './parse-params.js';
export { renderSpec, type RenderInputs, type RenderParams } from './render.js';
export { semanticParsingSpec, type SemanticParsingParams } from './semantic-parsing.js';
export { torsoTrainingSpec, type TorsoTrainingParams } from './torso-training.js';
export {
  inputSpec,
  type InputSpec,
  type InputsOf,
  type OutputsOf,
  type ParamsOf,
  type StageSpec,
} from './stage-spec.js';
