// Stage neck-inpainting: neck and torso of every frame, continued under the head (paper, appendix A.1).
export { neckInpaintingStage } from './run.js';
export { chooseBackend } from './backends/choose.js';
export { planColumns } from './column-plan.js';
export { stripGeometry } from './geometry.js';
