// The loop every training shares: slices of native steps, progress, checkpoints. What happens at a stop is the
// caller's.
import { readFile } from 'node:fs/promises';
import type { StageContext } from '@portrait/contracts';
import { kernelInfo, type CheckpointOrigin } from '@portrait/kernels';

/** A native trainer as the loop sees it. */
export interface StepTrainer<Stats> {
  readonly step: number;
  run(steps: number, options: { signal: AbortSignal }): Promise<Stats>;
  checkpoint(): Promise<Uint8Array>;
  restore(checkpoint: Uint8Array): Promise<CheckpointOrigin>;
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
    const origin = await trainer.restore(await readFile(await ctx.artifacts.path(checkpoint, 'trainer.bin')));
    ctx.log.info('Resumed from a checkpoint', { step: trainer.step });
    reportOtherOrigin(ctx, origin, kernelInfo());
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

/** The bytes of a training depend on instruction set and threads: says so when it continues under others. */
export function reportOtherOrigin(
  ctx: Pick<StageContext, 'finding'>,
  origin: CheckpointOrigin,
  here: CheckpointOrigin,
): void {
  if (origin.isa === here.isa && origin.threads === here.threads) return;
  const describe = ({ isa, threads }: CheckpointOrigin): string => `${threads} threads and instruction set ${isa}`;
  ctx.finding({
    level: 'warning',
    code: 'resumed-elsewhere',
    message:
      `The training was resumed with ${describe(here)}, but its checkpoint was made with ${describe(origin)}: ` +
      'the result differs in its last bits from that of an uninterrupted run.',
    advice: 'Set PORTRAIT_THREADS and PORTRAIT_ISA to the same values on every machine to get equal bytes.',
  });
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
