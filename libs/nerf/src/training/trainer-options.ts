// Parameters of the product → options of the native trainer.
import type { HeadTrainOptions } from '@portrait/kernels';
import type { HeadOptimParams } from '@portrait/contracts';

export function trainerOptions(optim: HeadOptimParams, run: { totalSteps: number; seed: number }): HeadTrainOptions {
  return {
    ...run,
    raysPerStep: optim.raysPerStep,
    framesPerStep: optim.framesPerStep,
    mouthShare: optim.mouthShare,
    eyeShare: optim.eyesShare,
    rateGrids: optim.gridLearningRate,
    rateNets: optim.netLearningRate,
    rateAudio: optim.netLearningRate,
    entropyWeight: optim.entropyWeight,
    ambientWeight: optim.ambientWeight,
    ambientStart: optim.ambientRampStart,
    sharpnessWeight: optim.sharpnessWeight,
    audioNoise: optim.audioNoise,
    emaDecay: optim.emaDecay,
    emaInterval: optim.emaInterval,
  };
}
