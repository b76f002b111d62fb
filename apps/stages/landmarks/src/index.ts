// Stage landmarks.
export { landmarksStage } from './run.js';
