// Stage audio-features and the extractors it has.
export { openExtractor, type Extractor } from './extractors.js';
export { audioFeaturesStage } from './run.js';
export { FRAME_SAMPLES, featureFrames, type FeatureBlock } from './windows.js';
export { SpeechMeter, speechFindings, type SpeechLevels } from './grade-speech.js';
