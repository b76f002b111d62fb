// Typed facade of the native add-on: what the rest of the product may ask of the kernels.
export { Lpips, type LpipsOptions, type RgbPixels } from './lpips.js';
export { Torso, TorsoTrainer, type KernelTensor, type TorsoConfig, type TorsoDataset, type TorsoFrame, type TorsoTrainerOptions, type TorsoTrainingStats } from './torso.js';
