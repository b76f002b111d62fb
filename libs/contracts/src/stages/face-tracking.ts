// face-tracking: landmarks → camera poses around a fixed head.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  focal: z
    .number()
    .min(100)
    .max(20000)
    .nullable()
    .default(null)
    .describe('Focal length of the camera, px of the clip; null searches it. Give it when the camera is known.'),
  focalPrior: z
    .number()
    .min(300)
    .max(6000)
    .default(1400)
    .describe(
      'Focal length expected by the search, px of a 512 px picture. Default measured on newsreader and webcam clips.',
    ),
  focalPriorSigma: z
    .number()
    .min(0.01)
    .max(3)
    .default(0.35)
    .describe(
      'How far the focal length may stray from the prior: standard deviation of its natural ' +
        'logarithm. A frontal face hardly shows the focal length.',
    ),
  cauchy: z
    .number()
    .min(0.2)
    .max(50)
    .default(3)
    .describe('Re-projection error at which a landmark counts half, px of a 512 px picture. Ours.'),
  shapeSigma: z
    .number()
    .min(0.01)
    .max(5)
    .default(0.4)
    .describe('How far the landmarks of a person lie from the canonical face: standard deviation, cm. Ours.'),
  smoothing: z
    .number()
    .min(0)
    .max(10)
    .default(1.4)
    .describe(
      'Standard deviation of the smoothing window, frames; 0 keeps the raw track. Default ours: ' +
        'predicts left-out frames best.',
    ),
  maxMedianError: z
    .number()
    .min(0.1)
    .max(50)
    .default(3.5)
    .describe(
      'Median re-projection error of the clip or a segment above which tracking fails, px of a 512 ' +
        'px picture. Good clips stay below 1.6.',
    ),
  maxFrameError: z
    .number()
    .min(0.1)
    .max(100)
    .default(6)
    .describe('Re-projection error above which one frame is replaced by its neighbours, px of a 512 px picture.'),
  maxTurn: z
    .number()
    .min(1)
    .max(180)
    .default(20)
    .describe(
      'Turn of the head from frame to frame above which the track is refused, degrees (20 degrees ' +
        'a frame are 500 degrees a second).',
    ),
  maxGap: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(25)
    .describe('Longest run of frames whose pose may be interpolated.'),
});

export const faceTrackingSpec = stageSpec({
  name: 'face-tracking',
  title: 'Face tracking',
  version: 1,
  service: 'face-tracking',
  resource: 'cpu',
  inputs: { clip: input('clip'), landmarks: input('landmarks') },
  outputs: { poses: 'poses' },
  params: params,
});

export type FaceTrackingParams = ParamsOf<typeof faceTrackingSpec>;
