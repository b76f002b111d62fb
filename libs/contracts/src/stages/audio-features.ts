// audio-features: sound → what the portrait hears.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

/** Extractors by name; the stage holds one of each. */
export const EXTRACTOR_NAMES = ['moonshine-tiny-layer3', 'whisper-base-layer2'] as const;
export type ExtractorName = (typeof EXTRACTOR_NAMES)[number];

const params = z.strictObject({
  extractor: z
    .enum(EXTRACTOR_NAMES)
    .default('moonshine-tiny-layer3')
    .describe(
      'Named feature extractor; recorded with the portrait, and driving must use the same. Default ' +
        'ours: best for lips within and across languages.',
    ),
});

export const audioFeaturesSpec = stageSpec({
  name: 'audio-features',
  title: 'Audio features',
  version: 1,
  service: 'audio-features',
  resource: 'cpu',
  inputs: { audio: input('clip', 'speech') },
  outputs: { audioFeatures: 'audio-features' },
  params: params,
});

export type AudioFeaturesParams = ParamsOf<typeof audioFeaturesSpec>;
