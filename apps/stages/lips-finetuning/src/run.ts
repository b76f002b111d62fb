// Continues from a trained head. Every second step takes a patch around the lips and adds LPIPS (AlexNet) to the
// squared error; the other steps are those of head training. The density grid is frozen.
import { implement } from '@portrait/stage-kit';
import { lipsFinetuningSpec } from '@portrait/contracts';
import { HeadTrainer, Lpips } from '@portrait/kernels';
import { modelPath } from '@portrait/models';
import {
  loadHead,
  openHeadSession,
  readSafetensors,
  requireSameExtractor,
  runTraining,
  saveHead,
  lipsTraining,
  lipsTrainingOptions,
} from '@portrait/nerf';

export const lipsFinetuningStage = implement(lipsFinetuningSpec, async (ctx, inputs, params) => {
  if (params.steps === 0) {
    ctx.finding({
      level: 'info',
      code: 'no-lips-steps',
      message: 'Lips fine-tuning has 0 steps: the head is unchanged.',
    });
    return { head: inputs.head };
  }
  ctx.progress({ done: 0, total: params.steps, unit: 'steps', message: 'packing the clip' });
  const loaded = await loadHead(ctx.artifacts, inputs.head);
  const session = await openHeadSession(ctx, inputs, loaded.json.model, loaded.conditioning);
  const { tensors } = await readSafetensors(await modelPath('lpips-alex', { signal: ctx.signal }));
  requireSameExtractor(loaded, session.features);
  const trainer = new HeadTrainer(
    loaded.head,
    session.dataset,
    lipsTrainingOptions(params.optim, { steps: params.steps, seed: ctx.seed }),
    lipsTraining(params, new Lpips(tensors)),
  );
  const { head, last } = await runTraining(ctx, session, trainer, {
    ...params,
    stage: 'lips-finetuning',
    evaluations: 1,
  });
  return {
    head: await saveHead(ctx.artifacts, {
      ...loaded,
      head,
      json: {
        ...loaded.json,
        steps: { ...loaded.json.steps, lips: params.steps },
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
