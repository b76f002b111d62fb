// Typed facade of the native add-on: what the rest of the product may ask of the kernels.
export { kernelInfo, type KernelInfo } from './kernel-info.js';
export {
  Head,
  OCCUPANCY_CELLS,
  type AudioEncoderConfig,
  type GridConfig,
  type HeadConfig,
  type HeadTensor,
  type HeadView,
  type KernelBackend,
  type RenderOptions,
  type RenderResult,
} from './head.js';
export {
  HeadTrainer,
  type AmbientRegion,
  type AmbientReport,
  type HeadDataset,
  type HeadTrainOptions,
  type LipsOptions,
  type StepStats,
} from './head-trainer.js';
export { Lpips, type LpipsOptions, type RgbPixels } from './lpips.js';
export {
  Torso,
  TorsoTrainer,
  type KernelTensor,
  type TorsoConfig,
  type TorsoDataset,
  type TorsoFrame,
  type TorsoTrainerOptions,
  type TorsoTrainingStats,
} from './torso.js';
