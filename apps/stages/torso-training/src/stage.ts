// Torso training (paper, section 3.4 and appendix): a 2D field deformed by the head pose. The head is not needed for it.
import type { ArtifactRef } from '@portrait/contracts';
import { torsoTrainingParams, type TorsoTrainingParams } from '@portrait/nerf';
import { defineStage } from '@portrait/stage-kit';
import { run } from './run.js';

export interface TorsoInputs extends Record<string, ArtifactRef> {
  clip: ArtifactRef<'clip'>;
  background: ArtifactRef<'background'>;
  torsoLayer: ArtifactRef<'torso-layer'>;
  poses: ArtifactRef<'poses'>;
}

export const torsoTrainingStage = defineStage<TorsoInputs, TorsoTrainingParams, { torso: ArtifactRef<'torso'> }>({
  name: 'torso-training',
  version: 1,
  params: torsoTrainingParams,
  run,
});
