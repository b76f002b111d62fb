// lips-finetuning: LPIPS on a patch around the lips, so that they become sharp (paper, section 3.5).
import { z } from 'zod';
import { headOptimSchema, mouthGateSchema } from './head-params.js';
import { input, trainingInputs } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  steps: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(3_000)
    .describe('optimiser steps, every second on a lips patch (paper: 5000)'),
  lpipsWeight: z.number().min(0).max(1).default(0.01).describe('of LPIPS (AlexNet) on the lips patch (paper: 0.01)'),
  patchSize: z.int().min(32).max(256).default(64).describe('side of the patch at most, px'),
  optim: headOptimSchema.prefault({ gridLearningRate: 2e-3, netLearningRate: 2e-4 }),
  evaluationFrames: z.int().min(8).max(2000).default(100).describe('held-out frames looked at before and after'),
  checkpointSteps: z.int().min(1).max(100000).default(500).describe('steps between checkpoints'),
  gate: mouthGateSchema,
});

export const lipsFinetuningSpec = stageSpec({
  name: 'lips-finetuning',
  title: 'Lips fine-tuning',
  version: 3,
  service: 'lips-finetuning',
  resource: 'gpu',
  inputs: { ...trainingInputs, head: input('head') },
  outputs: { head: 'head' },
  params: params,
});

export type LipsFinetuningParams = ParamsOf<typeof lipsFinetuningSpec>;
