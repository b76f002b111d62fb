// Stage head-training.
export { headTrainingStage } from './run.js';
