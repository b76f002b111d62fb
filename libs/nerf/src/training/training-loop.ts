// The loop every training shares: slices of native steps, progress, checkpoints. What happens at a stop is the caller's.
import { readFile } from 'node:fs/promises';
import type { StageContext } from '@portrait/contracts';

/** A native trainer as the loop sees it. */
export interface StepTrainer<Stats> {
  readonly step: number;
  run(steps: number, options: { signal: AbortSignal }): Promise<Stats>;
  checkpoint(): Uint8Array | Promise<Uint8Array>;
  restore(checkpoint: Uint8Array): unknown;
}

export interface TrainingLoop<Stats> {
  steps: number;
  checkpointSteps: number;
  /** Native steps between two checks of the abort signal and two progress reports. */
  sliceSteps: number;
  /** Steps after which `onStop` runs. */
  stops?: ReadonlySet<number>;
  onStop?: () => Promise<void>;
  describe: (stats: Stats) => string;
}

/**
 * Trains to the last step, from the checkpoint of an interrupted run where there is one. An abort saves a checkpoint
 * of the steps done before it throws.
 */
export async function runTrainingLoop<Stats>(
  ctx: StageContext,
  trainer: StepTrainer<Stats>,
  loop: TrainingLoop<Stats>,
): Promise<void> {
  const { steps, checkpointSteps, sliceSteps, stops = new Set<number>(), onStop, describe } = loop;
  const checkpoint = ctx.resumeFrom();
  if (checkpoint) {
    await trainer.restore(await readFile(await ctx.artifacts.path(checkpoint, 'trainer.bin')));
    ctx.log.info('Resumed from a checkpoint', { step: trainer.step });
  }
  while (trainer.step < steps) {
    const nextCheckpoint = (Math.floor(trainer.step / checkpointSteps) + 1) * checkpointSteps;
    const nextStop = Math.min(steps, nextCheckpoint, ...[...stops].filter((stop) => stop > trainer.step));
    const count = Math.min(sliceSteps, nextStop - trainer.step);
    const stats = await trainer.run(count, { signal: ctx.signal }).catch(async (error: unknown) => {
      if (ctx.signal.aborted) await saveCheckpoint(ctx, trainer, steps);
      throw error;
    });
    if (stops.has(trainer.step) && trainer.step < steps) await onStop?.();
    const message = describe(stats);
    if (trainer.step % checkpointSteps === 0 && trainer.step < steps)
      await saveCheckpoint(ctx, trainer, steps, message);
    else ctx.progress({ done: trainer.step, total: steps, unit: 'steps', message });
  }
}

async function saveCheckpoint(
  ctx: StageContext,
  trainer: StepTrainer<unknown>,
  total: number,
  message?: string,
): Promise<void> {
  const draft = await ctx.artifacts.create('checkpoint');
  await draft.write('trainer.bin', await trainer.checkpoint());
  const checkpoint = await draft.commit();
  ctx.progress({ done: trainer.step, total, unit: 'steps', ...(message === undefined ? {} : { message }), checkpoint });
}
