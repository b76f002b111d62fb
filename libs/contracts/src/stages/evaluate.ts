// evaluate: what a portrait is worth on frames that training has not seen.
import { z } from 'zod';
import { input, trainingInputs } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  frameStride: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .describe(
      'every how many held-out frames one is looked at. Above 1 jitter cannot be measured, and ' +
        'sync only on long clips.',
    ),
  maximumFrames: z
    .int()
    .min(8)
    .max(100_000)
    .default(2000)
    .describe(
      'frames looked at at most, from the start of the held-out part; the default is the eleventh ' +
        'of a clip of 14 minutes',
    ),
  wrongAudio: z
    .boolean()
    .default(true)
    .describe(
      'also render every frame with the sound of another moment, the baseline the mouth must beat. ' +
        'Costs a third of the time.',
    ),
  lpipsStride: z
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe('every how many frames looked at LPIPS is asked; it is the slowest figure'),
  footage: z
    .boolean()
    .default(true)
    .describe('also judge the rendered face and head inside the recorded frames, and the loop of a long video'),
  composite: z
    .boolean()
    .default(true)
    .describe('also judge head, torso model and plate together; false: the head over the true torso only'),
});

export const evaluateSpec = stageSpec({
  name: 'evaluate',
  title: 'Evaluate on held-out frames',
  version: 4,
  service: 'evaluate',
  resource: 'gpu',
  inputs: { ...trainingInputs, head: input('head'), torso: input('torso') },
  outputs: { report: 'report' },
  params: params,
});

export type EvaluateParams = ParamsOf<typeof evaluateSpec>;
