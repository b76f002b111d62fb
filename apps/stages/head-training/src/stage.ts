// Head training (paper, sections 3.1 to 3.3 and 3.5).
import type { ArtifactRef } from '@portrait/contracts';
import { headTrainingParams, type HeadInputs, type HeadTrainingParams } from '@portrait/nerf';
import { defineStage } from '@portrait/stage-kit';
import { run } from './run.js';

export const headTrainingStage = defineStage<
  HeadInputs & Record<string, ArtifactRef>,
  HeadTrainingParams,
  { head: ArtifactRef<'head'> }
>({
  name: 'head-training',
  version: 2,
  params: headTrainingParams,
  run,
});
