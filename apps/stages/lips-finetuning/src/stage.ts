// Lips fine-tuning (paper, section 3.5): LPIPS on a patch around the lips, so that they become sharp.
import type { ArtifactRef } from '@portrait/contracts';
import { lipsFinetuningParams, type HeadInputs, type LipsFinetuningParams } from '@portrait/nerf';
import { defineStage } from '@portrait/stage-kit';
import { run } from './run.js';

export type LipsInputs = HeadInputs & { head: ArtifactRef<'head'> };

export const lipsFinetuningStage = defineStage<
  LipsInputs & Record<string, ArtifactRef>,
  LipsFinetuningParams,
  { head: ArtifactRef<'head'> }
>({
  name: 'lips-finetuning',
  version: 2,
  params: lipsFinetuningParams,
  run,
});
