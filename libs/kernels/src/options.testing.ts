// Fully specified options for specs. They are examples, not defaults of the product.
import type { GridConfig, HeadConfig, HeadTrainingOptions, TorsoConfig, TorsoTrainingOptions } from './options.js';

export const exampleGrid = (change: Partial<GridConfig> = {}): GridConfig => ({
  indexing: 'tiled',
  baseResolution: 16,
  finestResolution: 2048,
  tableEntries: 65_536,
  ...change,
});

export const exampleHeadConfig = (change: Partial<HeadConfig> = {}): HeadConfig => ({
  backbone: 'modulation',
  ambientDim: 2,
  maxSamples: 16,
  spatialGrid: exampleGrid(),
  ambientGrid: exampleGrid({ baseResolution: 4, finestResolution: 64 }),
  ambientGain: 6,
  densityBias: 2,
  audioToDensity: false,
  audioNetwork: 'mlp',
  audioInputs: 8,
  audioAttention: false,
  ...change,
});

export const exampleHeadTraining = (change: Partial<HeadTrainingOptions> = {}): HeadTrainingOptions => ({
  steps: 200,
  raysPerStep: 512,
  framesPerStep: 4,
  mouthShare: 0.45,
  eyesShare: 0.15,
  gridLearningRate: 1e-2,
  netLearningRate: 1e-3,
  audioLearningRate: 1e-3,
  appearanceLearningRateFactor: 5,
  attentionLearningRateFactor: 5,
  finalLearningRateFactor: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-15,
  entropyWeight: 1e-4,
  ambientWeight: 0,
  ambientRampStart: 0,
  sharpnessWeight: 0,
  sharpnessRamp: 1 / 3,
  audioNoise: 0.05,
  eyeNoise: 0,
  earlyStopEps: 1e-4,
  occupancyInterval: 16,
  occupancyWarmupSteps: 400,
  occupancyEarlyDecay: 0.6,
  occupancyDecay: 0.95,
  occupancySparsity: 16,
  emaDecay: 0.95,
  emaInterval: 5,
  seed: 7,
  ...change,
});

export const exampleTorsoConfig = (change: Partial<TorsoConfig> = {}): TorsoConfig => ({
  frames: 1,
  torsoShrink: 0.8,
  finestResolution: 512,
  tableEntries: 65_536,
  ...change,
});

export const exampleTorsoTraining = (change: Partial<TorsoTrainingOptions> = {}): TorsoTrainingOptions => ({
  steps: 400,
  raysPerStep: 1024,
  framesPerStep: 2,
  gridLearningRate: 5e-3,
  netLearningRate: 2e-3,
  finalLearningRateFactor: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-15,
  deformOctaves: 4,
  colorPosition: true,
  colorPose: true,
  entropyWeight: 1e-4,
  alphaWeight: 0.1,
  emaDecay: 0.95,
  emaInterval: 10,
  occupancyInterval: 16,
  seed: 5,
  ...change,
});
