// Training of a head: the dataset it reads, the options that shape it, and the run in slices.
// Not here: what the options of a preset are, and when to save a checkpoint.
import { Head } from './head.js';
import type { Lpips } from './lpips.js';
import { abortable, guarded, loadNative, type CheckpointOrigin, type NativeHeadTrainer } from './native.js';
import type { HeadDataset, HeadTrainingOptions, LipsOptions } from './options.js';
import type { AmbientReport, StepStats } from './results.js';

/** What makes a training lips fine-tuning. */
export interface LipsTraining extends LipsOptions {
  lpips: Lpips;
}

export class HeadTrainer {
  private readonly native: NativeHeadTrainer;

  /**
   * Trains `head` in place.
   * @throws PortraitError INVALID_ARGUMENT, INPUT_UNREADABLE when the packed file is missing or of another size
   */
  constructor(
    readonly head: Head,
    dataset: HeadDataset,
    options: HeadTrainingOptions,
    lips: LipsTraining | null,
  ) {
    const { lpips, ...lipsOptions } = lips ?? { lpips: null };
    this.native = guarded(
      () =>
        new (loadNative().HeadTrainer)(
          head.native,
          dataset,
          options,
          lips && (lipsOptions as LipsOptions),
          lpips && lpips.native,
        ),
    );
  }

  /** Steps done since training began. */
  get step(): number {
    return guarded(() => this.native.step());
  }

  /**
   * @param steps how many more
   * @throws PortraitError CANCELLED between two steps after an abort (the steps done are kept);
   *   TRAINING_FAILED when the loss or a parameter stops being a number
   */
  run(steps: number, options: { signal?: AbortSignal } = {}): Promise<StepStats> {
    return abortable('head-trainer.run', options.signal, (abort) => this.native.run(steps, abort));
  }

  /**
   * Teaches the audio encoder to predict lip shapes before head training, through a linear layer that is thrown away.
   * @param targets [frames, dims], any scale
   * @param options.learningRate of Adam, e.g. 1e-3
   * @returns squared error of the standardised targets over the last tenth, and the share of variance explained
   */
  pretrainAudio(
    targets: Float32Array,
    dims: number,
    steps: number,
    options: { learningRate: number; signal?: AbortSignal },
  ): Promise<{ mse: number; explained: number }> {
    return abortable('head-trainer.pretrainAudio', options.signal, (abort) =>
      this.native.pretrainAudio(targets, dims, steps, options.learningRate, abort),
    );
  }

  /**
   * Whether the audio path is alive: looks at `points` (1..384) surface points a region under `windows` windows of
   * training speech. Changes nothing.
   */
  probeAmbient(options: { points: number; windows: number }): Promise<AmbientReport> {
    return abortable('head-trainer.probeAmbient', undefined, () =>
      this.native.probeAmbient(options.points, options.windows),
    );
  }

  /**
   * Everything `restore` needs to continue with the same bytes as an uninterrupted run, for the same dataset, options,
   * instruction set and number of threads.
   */
  checkpoint(): Promise<Uint8Array> {
    return abortable('head-trainer.checkpoint', undefined, () => this.native.checkpoint());
  }

  /**
   * All or nothing.
   * @returns the step it continues from, and where the checkpoint was made
   * @throws PortraitError CHECKPOINT_INVALID (truncated, changed, of another version or configuration),
   *   TRAINING_FAILED (not finite)
   */
  restore(checkpoint: Uint8Array): Promise<{ step: number } & CheckpointOrigin> {
    return abortable('head-trainer.restore', undefined, () => this.native.restore(checkpoint));
  }

  /** A copy of the head to look at: with the moving average of the parameters once there is one. */
  headForEvaluation(): Head {
    return new Head(guarded(() => this.native.evaluationHead()));
  }
}
