// Over the kernels: cameras, datasets, heads and torsos as artifacts, and the renderer of a portrait.
export { cameraFromTransform, camerasOf, intrinsicsOf, pose6, project, type Intrinsics } from './camera.js';
export { audioConditioningFromTensors, fitAudioConditioning, type AudioConditioning } from './audio-conditioning.js';
export { eyeFeature, type EyeRange } from './eye-feature.js';
export { behindHead, type Window } from './behind-head.js';
export { headPoints, readHeadPoints, type HeadPoints } from './footage/head-points.js';
export { replacedRegion, type RegionMask, type Replaced, type ReplacedRegion } from './footage/replaced-region.js';
export { behindFootage, composeFootage, type FootageFrame, type RenderedWindow } from './footage/compose.js';
export { type ColourMatch } from './footage/colour-match.js';
export { openFootage, type FootageInputs, type FootageReader } from './footage/footage-reader.js';
export { findLoop } from './footage/find-loop.js';
export {
  openFootageRenderer,
  type ComposedFrame,
  type FootageRenderer,
  type FootageRendererInputs,
  type FootageRequest,
} from './footage/footage-renderer.js';
export { LOOP_FADE, loopFrame, type Loop, type LoopFrame } from './footage/loop.js';
export { loopJump } from './footage/loop-jump.js';
export { restFrame } from './footage/rest-frame.js';
export {
  packHeadDataset,
  packTorsoDataset,
  readPlate,
  surveyLabels,
  type Crop,
  type LabelSurvey,
  type TrainingInputs,
} from './dataset.js';
export { principalComponents } from './principal-components.js';
export { readSafetensors, writeSafetensors, type SafetensorsFile, type Tensor } from './safetensors.js';
export { HELD_OUT_SHARE, heldOutFrames, splitFrames, type Split } from './split.js';
export { visualHull, GRID, type Mesh } from './visual-hull.js';
export {
  GRID_TABLE_ENTRIES,
  HEAD_FORMAT,
  encoderInput,
  headConfig,
  headJsonSchema,
  loadHead,
  saveHead,
  type HeadJson,
  type LoadedHead,
} from './head-artifact.js';
export { TORSO_FORMAT, loadTorso, torsoConfig, saveTorso, type LoadedTorso, type TorsoJson } from './torso-artifact.js';
export {
  openPortraitRenderer,
  requireSameExtractor,
  type PortraitRenderer,
  type RenderedFrame,
  type RendererInputs,
  type RenderRequest,
} from './portrait-renderer.js';
export { openHeadSession, type HeadInputs, type HeadSession } from './training/session.js';
export { runTrainingLoop } from './training/training-loop.js';
export { runTraining, type TrainingPlan } from './training/run-training.js';
export { judgeMouth, type MouthEvidence, type MouthJudgement } from './training/mouth-gate.js';
export {
  HEAD_TRAINING_CONSTANTS,
  MIN_PATCH_SIZE,
  TORSO_TRAINING_CONSTANTS,
  headTrainingOptions,
  lipsTraining,
  lipsTrainingOptions,
  torsoTrainingOptions,
} from './training/trainer-options.js';
export { psnr, sharpness, type Box, type Region } from './metrics/pictures.js';
export { both, meanDifference, neckBand, replacedPixels, seamVisibility } from './metrics/seam.js';
export { lmd, mouthFollow, openings, stillMouthLmd, type Landmarks, type MouthFollow } from './metrics/mouth.js';
export { actionUnitError, blinkFollow, jitter, type BlinkFollow } from './metrics/motion.js';
export { avOffset, fitOpeningPredictor, type AvOffset, type OpeningPredictor } from './metrics/av-offset.js';
export { readTrueFaces, type TrueFaces } from './metrics/true-faces.js';
export { wrongMoments } from './metrics/wrong-audio.js';
