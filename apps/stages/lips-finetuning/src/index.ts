// Stage lips-finetuning: its definition; the work is in run.ts.
export { lipsFinetuningStage } from './stage.js';
