// neck-inpainting: clip and labels → the torso without its head, which torso training learns from.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

/** Where the pixel work can run; the stage measures them. */
export const INPAINTING_BACKENDS = ['plain', 'cpu', 'webasm', 'headlessgl', 'webgpu'] as const;
export type InpaintingBackend = (typeof INPAINTING_BACKENDS)[number];

const length = (max: number): z.ZodNumber => z.number().min(0).max(max);

const params = z.strictObject({
  headMargin: length(16)
    .default(2)
    .describe(
      'Pixels round the head that count as neither neck nor torso, px of a 512 px picture. Default ' +
        'ours: true edge pixels of the head stay behind as an outline.',
    ),
  torsoStrip: length(64)
    .default(9)
    .describe(
      'How far the torso is continued upward under the head, px of a 512 px picture. Default of ' +
        'the released code (8 + 1).',
    ),
  neckStrip: length(256)
    .default(53)
    .describe(
      'How far the neck is continued upward under the head, px of a 512 px picture. Default of the ' +
        'released code (48 + 4 + 1).',
    ),
  neckReach: length(32)
    .default(3)
    .describe(
      'Largest gap between neck and head that still counts as touching, px of a 512 px picture. ' +
        'Default of the released code (3 dilations).',
    ),
  neckSink: length(32)
    .default(4)
    .describe(
      'How far below its edge the colour of the neck is taken, px of a 512 px picture. Default of the released code.',
    ),
  torsoSink: length(32).default(2).describe('The same for the torso. Default ours: the edge itself is half jaw.'),
  darken: z
    .number()
    .min(0.8)
    .max(1)
    .default(0.98)
    .describe(
      'Brightness from one pixel to the next one up, of a 512 px picture: the shadow of the chin. ' +
        'Default of the released code.',
    ),
  blurRadius: length(8)
    .default(2)
    .describe(
      'Radius of the blur of the neck strip, px of a 512 px picture; 0: none. Default of the released code (5 × 5).',
    ),
  blurSigma: z
    .number()
    .min(0.3)
    .max(16)
    .default(4)
    .describe('Standard deviation of that blur, px of a 512 px picture. Default of the released code.'),
  backend: z
    .enum(['auto', ...INPAINTING_BACKENDS])
    .default('auto')
    .describe(
      'Where the pixel work runs; auto measures the modes of gpu.js on the first frame. The result ' +
        'does not depend on it.',
    ),
});

export const neckInpaintingSpec = stageSpec({
  name: 'neck-inpainting',
  title: 'Neck in-painting',
  version: 1,
  service: 'neck-inpainting',
  resource: 'cpu',
  inputs: { clip: input('clip'), labels: input('labels'), background: input('background') },
  outputs: { torsoLayer: 'torso-layer' },
  params: params,
});

export type NeckInpaintingParams = ParamsOf<typeof neckInpaintingSpec>;
