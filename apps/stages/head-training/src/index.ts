export { headTrainingStage } from './stage.js';
