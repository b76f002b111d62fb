// Head training and lips fine-tuning: the training loop with evaluations on held-out frames, and at the end the check
// that the mouth follows the audio.
import { PortraitError, type StageContext, type StageName } from '@portrait/contracts';
import { openFaceLandmarker } from '@portrait/face';
import type { Head, HeadTrainer } from '@portrait/kernels';
import { contactSheet, encodeJpeg } from '@portrait/media';
import { heldOutFrames } from '../split.js';
import { judgeMouth, type MouthJudgement } from './mouth-gate.js';
import { probeHead, type ProbeResult } from './probe.js';
import type { HeadSession } from './session.js';
import { runTrainingLoop } from './training-loop.js';

export interface TrainingPlan {
  steps: number;
  /** For messages. */
  stage: StageName;
  /** Looks at held-out frames, spread evenly, the last at the end. */
  evaluations: number;
  evaluationFrames: number;
  checkpointSteps: number;
  gate: 'error' | 'warning';
}

const SLICE_STEPS = 25;
const AMBIENT_PROBE = { points: 120, windows: 32 };

/**
 * @returns the last look at the held-out frames. @throws PortraitError TRAINING_FAILED when the gate is `error` and the
 * mouth does not follow.
 */
export async function runTraining(
  ctx: StageContext,
  session: HeadSession,
  trainer: HeadTrainer,
  plan: TrainingPlan,
): Promise<{ head: Head; last: ProbeResult; judgement: MouthJudgement }> {
  const landmarker = await openFaceLandmarker({ signal: ctx.signal });
  const frames = heldOutFrames(session.split, plan.evaluationFrames);
  const evaluations = new Set(
    Array.from({ length: plan.evaluations }, (_, i) => Math.round((plan.steps * (i + 1)) / plan.evaluations)),
  );
  let note = '';
  try {
    await runTrainingLoop(ctx, trainer, {
      steps: plan.steps,
      checkpointSteps: plan.checkpointSteps,
      sliceSteps: SLICE_STEPS,
      stops: evaluations,
      onStop: async () => {
        note = describe(await look(ctx, session, trainer, landmarker, frames));
      },
      describe: (stats) => `train ${stats.psnr.toFixed(1)} dB${note}`,
    });
    const head = trainer.headForEvaluation();
    const last = await look(ctx, session, trainer, landmarker, frames);
    const judgement = await judge(ctx, session, trainer, landmarker, frames, last);
    if (!judgement.follows && plan.gate === 'error') {
      throw new PortraitError('TRAINING_FAILED', `The mouth does not follow the audio: ${judgement.reason}`, {
        hint: judgement.advice,
        at: { stage: plan.stage },
      });
    }
    if (!judgement.follows)
      ctx.finding({
        level: 'warning',
        code: 'mouth-does-not-follow',
        message: `The mouth does not follow the audio: ${judgement.reason}`,
        advice: judgement.advice,
      });
    return { head, last, judgement };
  } finally {
    await landmarker.close();
  }
}

async function look(
  ctx: StageContext,
  session: HeadSession,
  trainer: HeadTrainer,
  landmarker: Parameters<typeof probeHead>[2],
  frames: number[],
): Promise<ProbeResult> {
  const result = await probeHead(session, trainer.headForEvaluation(), landmarker, {
    frames,
    keep: 6,
    signal: ctx.signal,
  });
  const ambient = await trainer.probeAmbient(AMBIENT_PROBE);
  ctx.metric('psnrHead', result.psnrHead);
  ctx.metric('psnrMouth', result.psnrMouth);
  ctx.metric('mouthCorrelation', result.mouthCorrelation);
  ctx.metric('mouthAmplitude', result.mouthAmplitude);
  for (const region of ['mouth', 'face', 'elsewhere'] as const) {
    ctx.metric(`ambientSpread.${region}`, ambient[region].spread);
    ctx.metric(`ambientMean.${region}`, ambient[region].mean);
  }
  ctx.log.info('Held-out frames', {
    step: trainer.step,
    psnrHead: result.psnrHead,
    psnrMouth: result.psnrMouth,
    mouthCorrelation: result.mouthCorrelation,
    mouthAmplitude: result.mouthAmplitude,
    ambient,
  });
  const sheet = await contactSheet(
    result.pairs.flatMap((p) => [p.truth, p.rendered]),
    { columns: 4, captions: result.pairs.flatMap((p) => [`${p.frame} true`, `${p.frame} rendered`]) },
  );
  await ctx.preview('held-out.jpg', await encodeJpeg(sheet));
  return result;
}

async function judge(
  ctx: StageContext,
  session: HeadSession,
  trainer: HeadTrainer,
  landmarker: Parameters<typeof probeHead>[2],
  frames: number[],
  last: ProbeResult,
): Promise<MouthJudgement> {
  // Sound of at least two seconds away: nearer sound is still correlated with the mouth.
  const shift = Math.max(1, Math.min(Math.floor((session.split.frames - session.split.trainFrames) / 2), 137));
  const wrong = await probeHead(session, trainer.headForEvaluation(), landmarker, {
    frames,
    audioShift: shift,
    signal: ctx.signal,
  });
  ctx.metric('mouthCorrelationShuffled', wrong.mouthCorrelation);
  return judgeMouth({
    correlation: last.mouthCorrelation,
    amplitude: last.mouthAmplitude,
    shuffled: wrong.mouthCorrelation,
    faceFound: last.faceFound,
    ambientSpread: (await trainer.probeAmbient(AMBIENT_PROBE)).mouth.spread,
  });
}

const describe = (r: ProbeResult): string =>
  ` · held out ${r.psnrHead.toFixed(1)} dB, mouth R ${r.mouthCorrelation.toFixed(2)} × ${r.mouthAmplitude.toFixed(2)}`;
