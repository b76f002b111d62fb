// Stage audio-features and the extractors it knows.
export {
  audioFeaturesParamsSchema,
  audioFeaturesStage,
  type AudioFeaturesInputs,
  type AudioFeaturesOutputs,
  type AudioFeaturesParams,
} from './stage.js';
export { EXTRACTOR_NAMES, openExtractor, type Extractor, type ExtractorName } from './extractors.js';
export { FRAME_SAMPLES, featureFrames, type FeatureBlock } from './windows.js';
export { SpeechMeter, speechFindings, type SpeechLevels } from './grade-speech.js';
