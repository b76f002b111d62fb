// The torso model (paper 3.3): a picture of neck and shoulders that moves with the head pose. Learning and drawing it.
// Not here: where its training pictures come from, and how it is stored.
import {
  abortable,
  guarded,
  loadNative,
  type CheckpointOrigin,
  type NativeTorso,
  type NativeTorsoTrainer,
} from './native.js';
import type { TorsoConfig, TorsoDataset, TorsoTrainingOptions } from './options.js';
import type { KernelTensor, TorsoTrainingStats } from './results.js';

export interface TorsoFrame {
  /** Euler XYZ in radians and translation of the head pose, [6]. */
  pose6: Float32Array;
  width: number;
  height: number;
  /** [height, width, 3] bytes; null: black, so that `out` is the torso times its alpha. */
  background: Uint8Array | null;
  /** Appearance code, [8]. Default: mean of all frames' codes (ours; the released code takes that of frame 0). */
  code?: Float32Array;
  signal?: AbortSignal;
}

export class Torso {
  /** @internal */
  readonly native: NativeTorso;

  constructor(config: TorsoConfig, seed: number) {
    this.native = guarded(() => new (loadNative().Torso)(config, seed));
  }

  /**
   * Copies of all tensors. Weights are [in, out], no biases:
   * `torso.tiledGrid` [entries, 2] (levels in order, 8 pad entries behind each), `torso.deform.0..2`,
   * `torso.color.0..2`, `torso.appearance` [frames, 8], `torso.occupancy` [128, 128].
   */
  tensors(): Record<string, KernelTensor> {
    return guarded(() => this.native.tensors());
  }

  /** Takes all of them or none. @throws PortraitError when one is missing, of another size, or not finite */
  setTensors(tensors: Readonly<Record<string, { readonly data: Float32Array }>>): void {
    guarded(() =>
      this.native.setTensors(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.data]))),
    );
  }

  /** Draws the torso over the background into `out` [height, width, 3]; its opacity into `alphaOut` [height, width]. */
  render(frame: TorsoFrame, out: Uint8Array, options: { alphaOut?: Uint8Array } = {}): Promise<void> {
    const { pose6, width, height, background, code, signal } = frame;
    return abortable('torso.render', signal, (abort) =>
      this.native.render(
        { pose6, code: code ?? null, width, height, background, out, alpha: options.alphaOut ?? null },
        abort,
      ),
    );
  }
}

export class TorsoTrainer {
  private readonly native: NativeTorsoTrainer;

  /** Starts from the torso's tensors and writes its result into it after every `run`. */
  constructor(
    readonly torso: Torso,
    dataset: TorsoDataset,
    options: TorsoTrainingOptions,
  ) {
    this.native = guarded(() => new (loadNative().TorsoTrainer)(torso.native, dataset, options));
  }

  /** Steps done since training began; grows while a `run` goes on. */
  get step(): number {
    return guarded(() => this.native.step());
  }

  /**
   * Up to `steps` steps, fewer where the schedule ends. After an abort (CANCELLED) the steps done are kept.
   * @throws PortraitError TRAINING_FAILED when the loss stops being a number
   */
  run(steps: number, options: { signal?: AbortSignal } = {}): Promise<TorsoTrainingStats> {
    return abortable('torso-trainer.run', options.signal, (abort) => this.native.run(steps, abort));
  }

  /**
   * Everything `restore` needs to continue with the same bytes, for the same options, dataset, instruction set and
   * number of threads.
   */
  checkpoint(): Promise<Uint8Array> {
    return abortable('torso-trainer.checkpoint', undefined, () => this.native.checkpoint());
  }

  /**
   * @returns the step it continues from, and where the checkpoint was made. @throws PortraitError CHECKPOINT_INVALID
   */
  restore(checkpoint: Uint8Array): Promise<{ step: number } & CheckpointOrigin> {
    return abortable('torso-trainer.restore', undefined, () => this.native.restore(checkpoint));
  }
}
