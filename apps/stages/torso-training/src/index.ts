// Stage torso-training.
export { torsoTrainingStage } from './run.js';
