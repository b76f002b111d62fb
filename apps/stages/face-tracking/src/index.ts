// Stage face-tracking: the head pose of every frame by bundle adjustment of rigid landmarks.
export { faceTrackingStage } from './run.js';
