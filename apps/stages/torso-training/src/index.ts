export { torsoTrainingStage } from './stage.js';
