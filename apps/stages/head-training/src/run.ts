// Trains the head from scratch: occupancy from the visual hull, pre-training of the audio network, then optimiser
// steps. native-kernels/training/head defines a step.
import { implement } from '@portrait/stage-kit';
import { headTrainingSpec } from '@portrait/contracts';
import { canonicalFace } from '@portrait/face';
import { Head, HeadTrainer } from '@portrait/kernels';
import {
  headConfig,
  openHeadSession,
  runTraining,
  saveHead,
  headTrainingOptions,
  visualHull,
  HEAD_FORMAT,
} from '@portrait/nerf';
import { lipShapes } from './lip-shapes.js';

export const headTrainingStage = implement(headTrainingSpec, async (ctx, inputs, params) => {
  ctx.progress({ done: 0, total: params.steps, unit: 'steps', message: 'packing the clip' });
  const session = await openHeadSession(ctx, inputs, params.model);
  const head = new Head(headConfig(params.model, session.conditioning.inputDim), ctx.seed);
  const hull = visualHull(session.transforms, session.survey.masks, await canonicalFace());
  head.setOccupancy(hull);
  ctx.metric('hullShare', hull.reduce((a, b) => a + b, 0) / hull.length);

  const trainer = new HeadTrainer(
    head,
    session.dataset,
    headTrainingOptions(params.optim, { steps: params.steps, seed: ctx.seed }),
    null,
  );
  if (params.optim.pretrainSteps > 0 && !ctx.resumeFrom()) {
    const targets = await lipShapes(ctx, inputs.landmarks, session.clip.frames);
    const { explained } = await trainer.pretrainAudio(targets.rows, targets.columns, params.optim.pretrainSteps, {
      learningRate: 1e-3,
      signal: ctx.signal,
    });
    ctx.metric('lipShapeExplained', explained);
  }
  const {
    head: trained,
    last,
    judgement,
  } = await runTraining(ctx, session, trainer, { ...params, stage: 'head-training' });
  ctx.log.info('Mouth', { ...judgement });
  const { extractor, version } = session.features;
  return {
    head: await saveHead(ctx.artifacts, {
      head: trained,
      conditioning: session.conditioning,
      json: {
        format: HEAD_FORMAT,
        extractor: { name: extractor, version },
        model: params.model,
        size: session.clip.size,
        eye: session.eyeRange,
        trainFrames: session.split.trainFrames,
        frames: session.split.frames,
        steps: { head: params.steps, lips: 0 },
        metrics: {
          psnrHead: last.psnrHead,
          psnrMouth: last.psnrMouth,
          mouthCorrelation: last.mouthCorrelation,
          mouthAmplitude: last.mouthAmplitude,
        },
      },
    }),
  };
});
