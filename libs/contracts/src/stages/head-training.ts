// head-training: learns the head from nothing (paper, sections 3.1 to 3.3 and 3.5).
import { z } from 'zod';
import { headModelSchema, headOptimSchema, mouthGateSchema } from './head-params.js';
import { trainingInputs } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  steps: z.int().min(1).max(1_000_000).default(24_000).describe('optimiser steps (paper: 20000 of 65536 rays)'),
  model: headModelSchema.prefault({}),
  optim: headOptimSchema.prefault({}),
  evaluations: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe('how often held-out frames are rendered while training, spread evenly, the last at the end'),
  evaluationFrames: z.int().min(8).max(2000).default(100).describe('held-out frames looked at each time'),
  checkpointSteps: z.int().min(1).max(100000).default(1000).describe('steps between checkpoints'),
  gate: mouthGateSchema,
});

export const headTrainingSpec = stageSpec({
  name: 'head-training',
  title: 'Head training',
  version: 3,
  service: 'head-training',
  resource: 'gpu',
  inputs: trainingInputs,
  outputs: { head: 'head' },
  params: params,
});

export type HeadTrainingParams = ParamsOf<typeof headTrainingSpec>;
