// Stage head-training: its definition; the work is in run.ts.
export { headTrainingStage } from './stage.js';
