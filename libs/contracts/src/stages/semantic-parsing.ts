// semantic-parsing: clip → label map of every frame and the plate behind the person.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const params = z.strictObject({
  stride: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(4)
    .describe(
      'The network looks at every stride-th frame, frames. Frames between get interpolated logits. Default ours.',
    ),
  strideTolerance: z
    .number()
    .min(0)
    .max(100)
    .default(0.5)
    .describe(
      'When the labels at both ends of a stride differ by more, percent of pixels, the frame in ' +
        'the middle is parsed too. Default ours, measured.',
    ),
  plateInterval: z
    .number()
    .int()
    .min(1)
    .max(250)
    .default(20)
    .describe('Every how many frames the plate looks, frames. Default as the released RAD-NeRF code.'),
  plateDistance: z
    .number()
    .min(0)
    .max(100)
    .default(10)
    .describe(
      'A plate pixel must be at least this far from the person, px at 512 (scaled with the size). ' +
        'Default as GeneFace++; RAD-NeRF takes 5, which leaves a faint outline of the head in the ' +
        'plate.',
    ),
});

export const semanticParsingSpec = stageSpec({
  name: 'semantic-parsing',
  title: 'Semantic parsing',
  version: 1,
  service: 'semantic-parsing',
  resource: 'cpu',
  inputs: { clip: input('clip') },
  outputs: { labels: 'labels', background: 'background' },
  params: params,
});

export type SemanticParsingParams = ParamsOf<typeof semanticParsingSpec>;
