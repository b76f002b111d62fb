// Stage audio-features: sound → what the portrait hears. The definition; the work is in run.ts.
import type { ArtifactRef } from '@portrait/contracts';
import { defineStage } from '@portrait/stage-kit';
import { z } from 'zod';
import { EXTRACTOR_NAMES } from './extractors.js';
import { runAudioFeatures } from './run.js';

export const audioFeaturesParamsSchema = z.strictObject({
  extractor: z
    .enum(EXTRACTOR_NAMES)
    .default('moonshine-tiny-layer3')
    .describe(
      'Named feature extractor; recorded with the portrait, and driving must use the same. Default ours: best for lips within and across languages.',
    ),
});
export type AudioFeaturesParams = z.infer<typeof audioFeaturesParamsSchema>;

export type AudioFeaturesInputs = { audio: ArtifactRef<'clip' | 'speech'> };
export type AudioFeaturesOutputs = { audioFeatures: ArtifactRef<'audio-features'> };

export const audioFeaturesStage = defineStage<AudioFeaturesInputs, AudioFeaturesParams, AudioFeaturesOutputs>({
  name: 'audio-features',
  version: 1,
  params: audioFeaturesParamsSchema,
  run: runAudioFeatures,
});
