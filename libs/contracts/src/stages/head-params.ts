// Parameters that head training and lips fine-tuning share: the networks of the head, and how they are optimised.
// Defaults are those of the preset `standard`; the other presets (catalog) change them.
import { z } from 'zod';

const share = z.number().min(0).max(1);
const grid = (base: number, finest: number, what: string) =>
  z.strictObject({
    indexing: z
      .enum(['tiled', 'hashed'])
      .default('tiled')
      .describe('how levels larger than the table are addressed; the paper says hash, its released code tiles'),
    baseResolution: z
      .int()
      .min(2)
      .max(512)
      .default(base)
      .describe(`cells along an axis of the coarsest level of the ${what} grid`),
    finestResolution: z
      .int()
      .min(4)
      .max(4096)
      .default(finest)
      .describe(`cells along an axis of the finest level of the ${what} grid`),
  });

export const headModelSchema = z.strictObject({
  backbone: z
    .enum(['modulation', 'implicit', 'composed', 'deformation'])
    .default('modulation')
    .describe('how audio enters the field (paper, table 5)'),
  ambientDim: z.int().min(1).max(3).default(2).describe('dimension of the audio coordinate (paper, table 4)'),
  maxSamples: z
    .union([z.literal(8), z.literal(16), z.literal(32)])
    .default(16)
    .describe('samples along a ray at most (paper, table 6)'),
  spatialGrid: grid(16, 2048, 'spatial').prefault({}),
  // A coarse ambient grid is what brings the lips to life: with the paper's 16…2048 their correlation stays near .3.
  ambientGrid: grid(4, 64, 'ambient').prefault({}),
  ambientGain: z
    .number()
    .min(0.1)
    .max(20)
    .default(6)
    .describe(
      'factor on the initial output weights of the ambient network; ours, so that the audio ' +
        'coordinate moves from the first step (paper: 1)',
    ),
  densityBias: z
    .number()
    .min(-5)
    .max(5)
    .default(2)
    .describe('added before the exponential of density; ours, an opaque start trains faster (paper: 0)'),
  audioToDensity: z.boolean().default(false).describe('also feed the audio code to the density network; ours'),
  audioNetwork: z
    .enum(['mlp', 'conv'])
    .default('mlp')
    .describe(
      "mlp: two layers over principal components of the audio window (ours); conv: the paper's " +
        'convolution over the window',
    ),
  audioAttention: z
    .boolean()
    .default(false)
    .describe('smooth the audio code over 8 frames by attention (paper, section 3.3)'),
  audioComponents: z.int().min(8).max(256).default(96).describe('principal components of an audio window; mlp only'),
  audioChannelComponents: z
    .int()
    .min(8)
    .max(288)
    .default(64)
    .describe('principal components of one audio feature before windows are made; mlp only'),
});

export const headOptimSchema = z.strictObject({
  raysPerStep: z.int().min(64).max(262144).default(4096).describe('rays a step (paper: 65536)'),
  framesPerStep: z.int().min(1).max(64).default(16).describe('frames the rays of a step come from (paper: 1)'),
  mouthShare: share.default(0.45).describe('share of the rays inside the lips rectangle (paper: 0)'),
  eyesShare: share.default(0.15).describe('share of the rays inside the eye rectangles (paper: 0)'),
  gridLearningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(1e-2)
    .describe('of the grids, decays to a tenth (paper: 5e-3)'),
  netLearningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(1e-3)
    .describe('of the networks, decays to a tenth (paper: 5e-4)'),
  entropyWeight: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe("entropy of a ray's opacity (released code; paper: 1e-3)"),
  ambientWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('size of the audio coordinate outside the face (paper: 0.1). Above 0 it tends to kill the mouth'),
  ambientRampStart: share.default(0.6).describe('share of the steps after which ambientWeight grows from 0'),
  sharpnessWeight: z
    .number()
    .min(0)
    .max(0.1)
    .default(0)
    .describe('-λΣw² a ray, makes surfaces thin and rendering fast at some cost of quality; ours'),
  audioNoise: z
    .number()
    .min(0)
    .max(2)
    .default(0.2)
    .describe('standard deviation of noise on the audio input while training; ours, for generalisation'),
  pretrainSteps: z
    .int()
    .min(0)
    .max(100000)
    .default(0)
    .describe('steps in which the audio network first learns to predict the lip shape; ours'),
  emaDecay: z.number().min(0).max(0.9999).default(0.95).describe('of the averaged weights (paper)'),
  emaInterval: z.int().min(1).max(10000).default(10).describe('steps between two averagings (released code: 1000)'),
});

/** What a portrait is whose mouth does not follow the audio. */
export const mouthGateSchema = z
  .enum(['error', 'warning'])
  .default('error')
  .describe('what a portrait whose mouth does not follow the audio is');

export type HeadModelParams = z.infer<typeof headModelSchema>;
export type HeadOptimParams = z.infer<typeof headOptimSchema>;
