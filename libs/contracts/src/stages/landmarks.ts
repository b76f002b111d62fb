// landmarks: clip → 478 points a frame and what follows from them.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  maximumGapSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(1)
    .describe(
      'Longest stretch without a face that is bridged, seconds. Longer fails the stage. Default ' +
        'ours: a pose cannot be guessed over more.',
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

export const landmarksSpec = stageSpec({
  name: 'landmarks',
  title: 'Landmarks and eye ratio',
  version: 1,
  service: 'landmarks',
  resource: 'cpu',
  inputs: { clip: input('clip') },
  outputs: { landmarks: 'landmarks' },
  params: params,
});

export type LandmarksParams = ParamsOf<typeof landmarksSpec>;
