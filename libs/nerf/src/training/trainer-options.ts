// Parameters of the product → fully specified options of the native trainers. Values that are no parameter are
// constants here, and nowhere else.
import type { HeadOptimParams, LipsFinetuningParams, TorsoTrainingParams } from '@portrait/contracts';
import type { HeadTrainingOptions, Lpips, LipsTraining, TorsoTrainingOptions } from '@portrait/kernels';

/** Adam and the early stop as in the released code. */
const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-15 };
const FINAL_LEARNING_RATE_FACTOR = 0.1;
const OCCUPANCY_INTERVAL = 16;

export const HEAD_TRAINING_CONSTANTS = {
  ...ADAM,
  finalLearningRateFactor: FINAL_LEARNING_RATE_FACTOR,
  /** Ours; released code: 1. */
  appearanceLearningRateFactor: 5,
  attentionLearningRateFactor: 5,
  /** Ours: the weight is at its full size after a third of the steps. */
  sharpnessRamp: 1 / 3,
  eyeNoise: 0,
  earlyStopEps: 1e-4,
  occupancyInterval: OCCUPANCY_INTERVAL,
  /** Ours: full sweeps with a fast decay until the head has a shape. */
  occupancyWarmupSteps: 400,
  occupancyEarlyDecay: 0.6,
  occupancyDecay: 0.95,
  occupancySparsity: 16,
} as const;

/** Smallest side of a lips patch, px: LPIPS takes no smaller picture. */
export const MIN_PATCH_SIZE = 32;

export const TORSO_TRAINING_CONSTANTS = {
  ...ADAM,
  finalLearningRateFactor: FINAL_LEARNING_RATE_FACTOR,
  colorPosition: true,
  colorPose: true,
  emaDecay: 0.95,
  emaInterval: 10,
  occupancyInterval: OCCUPANCY_INTERVAL,
} as const;

interface Run {
  steps: number;
  seed: number;
}

export function headTrainingOptions(optim: HeadOptimParams, run: Run): HeadTrainingOptions {
  const { pretrainSteps: _taughtBefore, ...rest } = optim;
  return { ...HEAD_TRAINING_CONSTANTS, ...rest, audioLearningRate: optim.netLearningRate, ...run };
}

/** Lips fine-tuning keeps the occupancy grid of the head. */
export function lipsTrainingOptions(optim: HeadOptimParams, run: Run): HeadTrainingOptions {
  return { ...headTrainingOptions(optim, run), occupancyInterval: 0 };
}

export function lipsTraining(
  params: Pick<LipsFinetuningParams, 'lpipsWeight' | 'patchSize'>,
  lpips: Lpips,
): LipsTraining {
  return { lpips, lpipsWeight: params.lpipsWeight, patchSize: params.patchSize, minPatchSize: MIN_PATCH_SIZE };
}

export function torsoTrainingOptions(params: TorsoTrainingParams, seed: number): TorsoTrainingOptions {
  const { checkpointSteps: _ofTheLoop, finestResolution: _ofTheModel, torsoShrink: _ofTheModelToo, ...optim } = params;
  return { ...TORSO_TRAINING_CONSTANTS, ...optim, seed };
}
