// The loop of head training and lips fine-tuning: slices of native steps, checkpoints, looks at held-out frames, and at
// the end the verdict whether the mouth follows the audio. Where it starts and what kind of step it takes is the stage's.
import { readFile } from 'node:fs/promises';
import { PortraitError, type StageContext, type StageName } from '@portrait/contracts';
import { openFaceLandmarker } from '@portrait/face';
import type { Head, HeadTrainer } from '@portrait/kernels';
import { contactSheet, encodeJpeg } from '@portrait/media';
import { heldOutFrames } from '../split.js';
import { judgeMouth, type MouthJudgement } from './mouth-gate.js';
import { probeHead, type ProbeResult } from './probe.js';
import type { HeadSession } from './session.js';

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

/** Native steps between two looks at the abort signal and two progress lines. */
const SLICE = 25;

/** @returns the last look at the held-out frames. @throws PortraitError TRAINING_FAILED when the gate is `error` and the mouth does not follow. */
export async function runTraining(
  ctx: StageContext,
  session: HeadSession,
  trainer: HeadTrainer,
  plan: TrainingPlan,
): Promise<{ head: Head; last: ProbeResult; judgement: MouthJudgement }> {
  const checkpoint = ctx.resumeFrom();
  if (checkpoint) {
    trainer.restore(await readFile(await ctx.artifacts.path(checkpoint, 'trainer.bin')));
    ctx.log.info('Going on from a checkpoint', { step: trainer.step });
  }
  const landmarker = await openFaceLandmarker({ signal: ctx.signal });
  const frames = heldOutFrames(session.split, plan.evaluationFrames);
  const looks = new Set(
    Array.from({ length: plan.evaluations }, (_, i) => Math.round((plan.steps * (i + 1)) / plan.evaluations)),
  );
  let last: ProbeResult | undefined;
  let note = '';
  try {
    while (trainer.step < plan.steps) {
      const count = Math.min(SLICE, nextStop(trainer.step, plan, looks) - trainer.step);
      const stats = await trainer.run(count, { signal: ctx.signal }).catch(async (error: unknown) => {
        if (ctx.signal.aborted) await keep(ctx, trainer, plan);
        throw error;
      });
      const { step } = trainer;
      if (looks.has(step) && step < plan.steps) {
        last = await look(ctx, session, trainer, landmarker, frames);
        note = describe(last);
      }
      const done = {
        done: step,
        total: plan.steps,
        unit: 'steps',
        message: `train ${stats.psnr.toFixed(1)} dB${note}`,
      };
      if (step % plan.checkpointSteps === 0 && step < plan.steps) await keep(ctx, trainer, plan, done.message);
      else ctx.progress(done);
    }
    const head = trainer.headForEvaluation();
    last = await look(ctx, session, trainer, landmarker, frames);
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

/** A checkpoint of the steps done; also when the stage is asked to stop, so that whoever goes on loses no step. */
async function keep(ctx: StageContext, trainer: HeadTrainer, plan: TrainingPlan, message?: string): Promise<void> {
  const draft = await ctx.artifacts.create('checkpoint');
  await draft.write('trainer.bin', trainer.checkpoint());
  ctx.progress({
    done: trainer.step,
    total: plan.steps,
    unit: 'steps',
    ...(message === undefined ? {} : { message }),
    checkpoint: await draft.commit(),
  });
}

/** The next step at which something besides stepping happens. */
function nextStop(step: number, plan: TrainingPlan, looks: ReadonlySet<number>): number {
  const checkpoint = (Math.floor(step / plan.checkpointSteps) + 1) * plan.checkpointSteps;
  return Math.min(plan.steps, checkpoint, ...[...looks].filter((at) => at > step));
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
  const ambient = await trainer.probeAmbient();
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
    ambientSpread: (await trainer.probeAmbient()).mouth.spread,
  });
}

const describe = (r: ProbeResult): string =>
  ` · held out ${r.psnrHead.toFixed(1)} dB, mouth R ${r.mouthCorrelation.toFixed(2)} × ${r.mouthAmplitude.toFixed(2)}`;
