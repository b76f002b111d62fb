// Stage join.
export { joinStage } from './run.js';
