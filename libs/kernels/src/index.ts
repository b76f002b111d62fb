// Typed facade of the native add-on: what the rest of the product may ask of the kernels.
export { kernelInfo, type KernelInfo } from './kernel-info.js';
export {
  Head,
  OCCUPANCY_CELLS,
  type AudioEncoderConfig,
  type GridConfig,
  type HeadConfig,
  type HeadView,
  type KernelBackend,
  type RenderOptions,
} from './head.js';
export { HeadTrainer, type HeadDataset, type HeadTrainOptions, type LipsOptions } from './head-trainer.js';
export { Lpips, type LpipsOptions, type RgbPixels } from './lpips.js';
export {
  Torso,
  TorsoTrainer,
  type TorsoConfig,
  type TorsoDataset,
  type TorsoFrame,
  type TorsoTrainerOptions,
} from './torso.js';
export type {
  AmbientRegion,
  AmbientReport,
  HeadTensor,
  KernelTensor,
  RenderResult,
  StepStats,
  TorsoTrainingStats,
} from './results.js';
