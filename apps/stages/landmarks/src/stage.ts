// Stage landmarks: clip → 478 points a frame and what follows from them. The definition; the work is in run.ts.
import type { ArtifactRef } from '@portrait/contracts';
import { defineStage } from '@portrait/stage-kit';
import { z } from 'zod';
import { runLandmarks } from './run.js';

export const landmarksParamsSchema = z.strictObject({
  maximumGapSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(1)
    .describe(
      'Longest stretch without a face that is bridged, seconds. Longer fails the stage. Default ours: a pose cannot be guessed over more.',
    ),
  maximumMissingPercent: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .describe('Largest share of frames without a face, percent. Default ours.'),
  lipsMinimumSide: z
    .number()
    .int()
    .min(16)
    .max(256)
    .default(32)
    .describe('Smallest side of the square lips rectangle, px. Default as ER-NeRF: LPIPS fails on smaller ones.'),
});
export type LandmarksParams = z.infer<typeof landmarksParamsSchema>;

export type LandmarksInputs = { clip: ArtifactRef<'clip'> };
export type LandmarksOutputs = { landmarks: ArtifactRef<'landmarks'> };

export const landmarksStage = defineStage<LandmarksInputs, LandmarksParams, LandmarksOutputs>({
  name: 'landmarks',
  version: 1,
  params: landmarksParamsSchema,
  run: runLandmarks,
});
