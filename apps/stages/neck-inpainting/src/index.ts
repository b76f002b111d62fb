// The torso layer: neck and torso of every frame, continued under the head, as torso training needs them (appendix A.1).
export { neckInpaintingStage, neckInpaintingParamsSchema, type NeckInpaintingParams } from './stage.js';
