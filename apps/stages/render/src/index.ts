// Stage render: a portrait and speech become a video.
export { renderStage, renderStageWith } from './run.js';
export { makeBadge, type Badge } from './badge.js';
export { eyeTrackSchema, poseTrackSchema, type EyeTrack, type PoseTrack } from './track.js';
export { type FrameRenderer, type FrameRequest } from './frame-renderer.js';
