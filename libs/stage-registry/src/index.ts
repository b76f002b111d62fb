// The stages of the product: specification → work, loaded when it first runs. For whoever runs stages in its own
// process; whoever only lists, checks or chains them reads the specifications in contracts.
import {
  ingestSpec,
  semanticParsingSpec,
  landmarksSpec,
  faceTrackingSpec,
  audioFeaturesSpec,
  neckInpaintingSpec,
  headTrainingSpec,
  lipsFinetuningSpec,
  torsoTrainingSpec,
  renderSpec,
  joinSpec,
  evaluateSpec,
  compareSpec,
} from '@portrait/contracts';
import { lazily, type Registry } from '@portrait/stage-kit';

export const STAGE_REGISTRY: Registry = {
  ingest: lazily(ingestSpec, async () => (await import('@portrait/stage-ingest')).ingestStage),
  'semantic-parsing': lazily(
    semanticParsingSpec,
    async () => (await import('@portrait/stage-semantic-parsing')).semanticParsingStage,
  ),
  landmarks: lazily(landmarksSpec, async () => (await import('@portrait/stage-landmarks')).landmarksStage),
  'face-tracking': lazily(
    faceTrackingSpec,
    async () => (await import('@portrait/stage-face-tracking')).faceTrackingStage,
  ),
  'audio-features': lazily(
    audioFeaturesSpec,
    async () => (await import('@portrait/stage-audio-features')).audioFeaturesStage,
  ),
  'neck-inpainting': lazily(
    neckInpaintingSpec,
    async () => (await import('@portrait/stage-neck-inpainting')).neckInpaintingStage,
  ),
  'head-training': lazily(
    headTrainingSpec,
    async () => (await import('@portrait/stage-head-training')).headTrainingStage,
  ),
  'lips-finetuning': lazily(
    lipsFinetuningSpec,
    async () => (await import('@portrait/stage-lips-finetuning')).lipsFinetuningStage,
  ),
  'torso-training': lazily(
    torsoTrainingSpec,
    async () => (await import('@portrait/stage-torso-training')).torsoTrainingStage,
  ),
  render: lazily(renderSpec, async () => (await import('@portrait/stage-render')).renderStage),
  join: lazily(joinSpec, async () => (await import('@portrait/stage-join')).joinStage),
  evaluate: lazily(evaluateSpec, async () => (await import('@portrait/stage-evaluate')).evaluateStage),
  compare: lazily(compareSpec, async () => (await import('@portrait/stage-compare')).compareStage),
};
