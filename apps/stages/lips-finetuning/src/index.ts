// Stage lips-finetuning.
export { lipsFinetuningStage } from './run.js';
