// Render stage: a portrait and speech become a video.
export { renderStage } from './stage.js';
export { joinStage } from './join.js';
export { renderStageWith } from './stage-with.js';
export { makeBadge, type Badge } from './badge.js';
export { renderParams, type RenderParams } from './params.js';
export { eyeTrackSchema, poseTrackSchema, type EyeTrack, type PoseTrack } from './track.js';
export { type FrameRenderer, type FrameRequest } from './frame-renderer.js';
