// Stage torso-training: its definition; the work is in run.ts.
export { torsoTrainingStage } from './stage.js';
