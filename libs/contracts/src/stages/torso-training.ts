// torso-training: a 2D field deformed by the head pose (paper, section 3.4 and appendix). It does not need the head.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  steps: z.int().min(1).max(1_000_000).default(5_000).describe('optimiser steps (paper: 20000 of 65536 rays)'),
  raysPerStep: z.int().min(64).max(262144).default(8192).describe('pixels a step (paper: 65536)'),
  framesPerStep: z.int().min(1).max(64).default(8).describe('frames the pixels of a step come from (paper: 1)'),
  gridLearningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(5e-3)
    .describe('of the grid, decays to a tenth (paper: 5e-3)'),
  netLearningRate: z
    .number()
    .min(1e-6)
    .max(0.1)
    .default(2e-3)
    .describe('of the networks, decays to a tenth (paper: 5e-4)'),
  finestResolution: z
    .union([z.literal('size'), z.int().min(32).max(4096)])
    .default('size')
    .describe(
      "cells along an axis of the finest grid level; size: that of the picture (ours: the paper's " +
        '2048 leaves cells no pixel reaches, seen as ragged edges)',
    ),
  deformOctaves: z
    .int()
    .min(1)
    .max(10)
    .default(4)
    .describe('octaves of the position in the deformation (released code: 10, which tears edges under unseen poses)'),
  torsoShrink: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.8)
    .describe('image coordinates times this before the deformation (released code)'),
  entropyWeight: z.number().min(0).max(1).default(1e-4).describe('entropy of alpha (released code; paper: 1e-3)'),
  alphaWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0.1)
    .describe('squared error of alpha against the torso layer; ours, plate and cloth may have the same colour'),
  checkpointSteps: z.int().min(1).max(100000).default(1000).describe('steps between checkpoints'),
});

export const torsoTrainingSpec = stageSpec({
  name: 'torso-training',
  title: 'Torso training',
  version: 1,
  service: 'torso-training',
  resource: 'gpu',
  inputs: {
    clip: input('clip'),
    background: input('background'),
    torsoLayer: input('torso-layer'),
    poses: input('poses'),
  },
  outputs: { torso: 'torso' },
  params: params,
});

export type TorsoTrainingParams = ParamsOf<typeof torsoTrainingSpec>;
