// Stage semantic-parsing: clip → label map of every frame and the plate behind the person. The definition; the work is in run.ts.
import type { ArtifactRef } from '@portrait/contracts';
import { defineStage } from '@portrait/stage-kit';
import { z } from 'zod';
import { runSemanticParsing } from './run.js';

export const semanticParsingParamsSchema = z.strictObject({
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
      'When the labels at both ends of a stride differ by more, percent of pixels, the frame in the middle is parsed too. Default ours, measured.',
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
      'A plate pixel must be at least this far from the person, px at 512 (scaled with the size). Default as GeneFace++; RAD-NeRF takes 5, which leaves a faint outline of the head in the plate.',
    ),
});
export type SemanticParsingParams = z.infer<typeof semanticParsingParamsSchema>;

export type SemanticParsingInputs = { clip: ArtifactRef<'clip'> };
export type SemanticParsingOutputs = { labels: ArtifactRef<'labels'>; background: ArtifactRef<'background'> };

export const semanticParsingStage = defineStage<SemanticParsingInputs, SemanticParsingParams, SemanticParsingOutputs>({
  name: 'semantic-parsing',
  version: 1,
  params: semanticParsingParamsSchema,
  run: runSemanticParsing,
});
