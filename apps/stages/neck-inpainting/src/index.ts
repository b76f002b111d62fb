// The torso layer: neck and torso of every frame, continued under the head, as torso training needs them (appendix A.1).
export { neckInpaintingStage, neckInpaintingParamsSchema, type NeckInpaintingParams } from './stage.js';
export { BACKEND_NAMES, chooseBackend, type BackendName, type BackendReport } from './backends/choose.js';
export { planColumns } from './column-plan.js';
export { stripGeometry, type StripBackend, type StripGeometry } from './geometry.js';
