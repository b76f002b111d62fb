// compare: what a video that re-enacts the clip is worth beside the clip.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec } from './stage-spec.js';

const params = z.strictObject({
  maximumFrames: z
    .int()
    .min(8)
    .max(100_000)
    .default(2000)
    .describe('frames looked at at most, from the start of the video'),
});

export const compareSpec = stageSpec({
  name: 'compare',
  title: 'Compare a re-enactment with the clip',
  version: 1,
  service: 'evaluate',
  resource: 'cpu',
  inputs: {
    video: input('video'),
    clip: input('clip'),
    landmarks: input('landmarks'),
    head: input('head'),
  },
  outputs: { comparison: 'comparison' },
  params: params,
});
