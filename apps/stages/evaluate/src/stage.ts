// Stage evaluate: what a portrait is worth on frames it has never seen. The definition; the work is in run.ts.
import type { ArtifactRef } from '@portrait/contracts';
import { defineStage } from '@portrait/stage-kit';
import { z } from 'zod';
import { runEvaluate } from './run.js';

export const evaluateParamsSchema = z.strictObject({
  frameStride: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .describe(
      'every how many held-out frames one is looked at. Above 1 jitter cannot be measured, and sync only on long clips.',
    ),
  maximumFrames: z
    .int()
    .min(8)
    .max(100_000)
    .default(2000)
    .describe(
      'frames looked at at most, from the start of the held-out part; the default is the eleventh of a clip of 14 minutes',
    ),
  wrongAudio: z
    .boolean()
    .default(true)
    .describe(
      'also render every frame with the sound of another moment, the baseline the mouth must beat. Costs a third of the time.',
    ),
  lpipsStride: z
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe('every how many frames looked at LPIPS is asked; it is the slowest figure'),
  composite: z
    .boolean()
    .default(true)
    .describe('also judge head, torso model and plate together; false: the head over the true torso only'),
});
export type EvaluateParams = z.infer<typeof evaluateParamsSchema>;

export type EvaluateInputs = {
  clip: ArtifactRef<'clip'>;
  labels: ArtifactRef<'labels'>;
  background: ArtifactRef<'background'>;
  torsoLayer: ArtifactRef<'torso-layer'>;
  landmarks: ArtifactRef<'landmarks'>;
  poses: ArtifactRef<'poses'>;
  audioFeatures: ArtifactRef<'audio-features'>;
  head: ArtifactRef<'head'>;
  torso: ArtifactRef<'torso'>;
};
export type EvaluateOutputs = { report: ArtifactRef<'report'> };

export const evaluateStage = defineStage<EvaluateInputs, EvaluateParams, EvaluateOutputs>({
  name: 'evaluate',
  version: 3,
  params: evaluateParamsSchema,
  run: runEvaluate,
});
