// Stage audio-features and the extractors it has.
export { openExtractor } from './extractors.js';
export { audioFeaturesStage } from './run.js';
