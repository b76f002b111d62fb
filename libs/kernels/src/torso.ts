// The torso model (paper 3.3): a picture of neck and shoulders that moves with the head pose. Learning and drawing it.
// Not here: where its training pictures come from, and how it is stored.
import { abortable, guarded, loadNative, type NativeTorso, type NativeTorsoTrainer } from './native.js';
import type { KernelTensor, TorsoTrainingStats } from './results.js';

export interface TorsoConfig {
  /** Frames of the clip: one appearance code each. */
  frames: number;
  /** Image coordinate times this before the deformation, (0,1]. Default 0.8 (released code). */
  torsoShrink?: number;
  /** Resolution of the finest of 16 grid levels, the coarsest has 16. Default 512 (ours: about one cell a pixel of a 512² picture; the paper's 2048 leaves cells that no training pixel reaches). */
  finestResolution?: number;
  /** Entries of a grid level, a power of two. Default 65536 (paper). */
  tableEntries?: number;
}

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

/** Packed training pictures: one file, frame after frame, a crop of 8 bytes a pixel: r, g, b, plate r, g, b, alpha (0 or 255), 0. */
export interface TorsoDataset {
  path: string;
  /** Whole picture, pixels. */
  width: number;
  height: number;
  /** The part of it that the file holds, pixels. */
  crop: { left: number; top: number; width: number; height: number };
  frames: number;
  /** Euler XYZ in radians and translation of each frame, [frames, 6]. */
  pose6: Float32Array;
  /** Frames to learn from, indices into the file. */
  trainFrames: Int32Array;
}

export interface TorsoTrainerOptions {
  /** Length of the schedule. Paper: 20,000. */
  steps: number;
  /** Pixels a step, drawn among the occupied ones, 1..1048576. Default 8192 (paper: 65,536 of the whole picture). */
  raysPerStep?: number;
  /** Frames they come from, 1..64. Default 4 (paper: 1). */
  framesPerStep?: number;
  /** Adam, at step 0. Default 5e-3 (paper). */
  gridLearningRate?: number;
  /** Networks and appearance codes. Default 2e-3 (ours, for schedules of a few thousand steps; paper: 5e-4). */
  netLearningRate?: number;
  /** Share of the rates left at the last step; the decay is exponential. Default 0.1 (paper). */
  finalLearningRate?: number;
  /** Octaves of the position that the deformation network sees, 0..10. Default 4 (ours: the shift stays smooth under poses never seen; released code: 10, with ragged edges there). */
  deformOctaves?: number;
  /** Whether the colour network sees the pixel position. Default true (released code; the paper's formula has the grid feature alone). */
  colorPosition?: boolean;
  /** Whether the colour network sees the head pose. Default true (released code). */
  colorPose?: boolean;
  /** Of the entropy of alpha in bits. Default 1e-4 (released code; paper: 1e-3 in nats). */
  entropyWeight?: number;
  /** Of the squared error of alpha. Default 0.1. Ours: plate and cloth may have the same colour. */
  alphaWeight?: number;
  /** Moving average of the parameters, [0,1). Default 0.95 (paper). */
  emaDecay?: number;
  /** Steps between two of its updates, default 10; 0: no average. */
  emaInterval?: number;
  /** Steps between two updates of the occupancy grid. Default 16 (released code). */
  occupancyInterval?: number;
  /** Integer. Default 0. */
  seed?: number;
}

export class Torso {
  /** @internal */
  readonly native: NativeTorso;

  constructor(config: TorsoConfig, seed = 0) {
    this.native = guarded(
      () =>
        new (loadNative().Torso)(
          {
            frames: config.frames,
            torsoShrink: config.torsoShrink ?? 0.8,
            finestResolution: config.finestResolution ?? 512,
            tableEntries: config.tableEntries ?? 65536,
          },
          seed,
        ),
    );
  }

  /**
   * Copies of all tensors. Weights are [in, out], no biases:
   * `torso.tiledGrid` [entries, 2] (levels in order, 8 pad entries behind each), `torso.deform.0..2`, `torso.color.0..2`,
   * `torso.appearance` [frames, 8], `torso.occupancy` [128, 128].
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
    options: TorsoTrainerOptions,
  ) {
    const { crop } = dataset;
    this.native = guarded(
      () =>
        new (loadNative().TorsoTrainer)(
          torso.native,
          { ...dataset, crop: { left: crop.left, top: crop.top, width: crop.width, height: crop.height } },
          {
            steps: options.steps,
            raysPerStep: options.raysPerStep ?? 8192,
            framesPerStep: options.framesPerStep ?? 4,
            gridLearningRate: options.gridLearningRate ?? 5e-3,
            netLearningRate: options.netLearningRate ?? 2e-3,
            finalLearningRate: options.finalLearningRate ?? 0.1,
            deformOctaves: options.deformOctaves ?? 4,
            colorPosition: options.colorPosition ?? true,
            colorPose: options.colorPose ?? true,
            entropyWeight: options.entropyWeight ?? 1e-4,
            alphaWeight: options.alphaWeight ?? 0.1,
            emaDecay: options.emaDecay ?? 0.95,
            emaInterval: options.emaInterval ?? 10,
            occupancyInterval: options.occupancyInterval ?? 16,
            seed: options.seed ?? 0,
          },
        ),
    );
  }

  /** Steps done since training began; grows while a `run` goes on. */
  get step(): number {
    return this.native.step;
  }

  /**
   * Up to `steps` steps, fewer where the schedule ends. After an abort (CANCELLED) the steps done are kept.
   * @throws PortraitError TRAINING_FAILED when the loss stops being a number
   */
  run(steps: number, options: { signal?: AbortSignal } = {}): Promise<TorsoTrainingStats> {
    return abortable('torso-trainer.run', options.signal, (abort) => this.native.run(steps, abort));
  }

  /** Everything a later `restore` needs to go on with the same bytes, for the same options, dataset and number of threads. */
  checkpoint(): Promise<Uint8Array> {
    return abortable('torso-trainer.checkpoint', undefined, () => this.native.checkpoint());
  }

  /** @returns the step it goes on from. @throws PortraitError CHECKPOINT_INVALID */
  restore(checkpoint: Uint8Array): Promise<number> {
    return abortable('torso-trainer.restore', undefined, () => this.native.restore(checkpoint));
  }
}
