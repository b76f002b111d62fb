export { lipsFinetuningStage } from './stage.js';
