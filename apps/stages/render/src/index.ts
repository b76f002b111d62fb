// Render stage: a portrait and speech become a video.
export { renderStageWith } from './stage.js';
export { renderParams, type RenderParams } from './params.js';
export { eyeTrackSchema, poseTrackSchema, type EyeTrack, type PoseTrack } from './track.js';
export { type FrameRenderer, type FrameRequest } from './frame-renderer.js';
