// Typed facade of the native add-on: what the rest of the product may ask of the kernels.
export { kernelInfo, type KernelInfo } from './kernel-info.js';
export { Head, OCCUPANCY_CELLS, type HeadView, type KernelBackend, type RenderOptions } from './head.js';
export { HeadTrainer, type LipsTraining } from './head-trainer.js';
export { type CheckpointOrigin } from './native.js';
export { Lpips, type LpipsOptions, type RgbPixels } from './lpips.js';
export { Torso, TorsoTrainer, type TorsoFrame } from './torso.js';
export type {
  GridConfig,
  HeadConfig,
  HeadDataset,
  HeadTrainingOptions,
  LipsOptions,
  TorsoConfig,
  TorsoDataset,
  TorsoTrainingOptions,
} from './options.js';
export type {
  AmbientRegion,
  AmbientReport,
  HeadTensor,
  KernelTensor,
  RenderResult,
  StepStats,
  TorsoTrainingStats,
} from './results.js';
