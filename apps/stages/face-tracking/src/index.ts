// Head pose of every frame by bundle adjustment of rigid landmarks: what the camera of the head's radiance field is
// made of.
export { faceTrackingStage, faceTrackingParamsSchema, type FaceTrackingParams } from './stage.js';
