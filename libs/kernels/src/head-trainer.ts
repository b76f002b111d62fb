// Training of a head: the dataset it reads, the options that shape it, and the run in slices.
// Not here: what the options of a preset are, and when to save a checkpoint.
import { Head } from './head.js';
import type { Lpips } from './lpips.js';
import { abortable, guarded, loadNative, type NativeHeadTrainer, type NativeTrainOptions } from './native.js';
import type { AmbientReport, StepStats } from './results.js';

export interface HeadDataset {
  /** File of frames x cropHeight x cropWidth x 8 bytes: r g b of the frame, r g b of the background behind the head, label (1 head), 0. */
  packedPath: string;
  frames: number;
  /** The part of the picture the file holds, px of the full picture. Pixels outside are never sampled. */
  crop: { left: number; top: number; width: number; height: number };
  /** px; principal point in px of the full picture. */
  focal: number;
  cx: number;
  cy: number;
  /** Camera to world [frames,12], as in HeadView. */
  cameras: Float32Array;
  /** [frames]. */
  eye: Float32Array;
  /** One window a frame: [frames,K] or [frames,16,C]. With attention the neighbours are gathered here, zeros beyond the ends. */
  audio: Float32Array;
  /** [frames,4] each: left, top, right, bottom in px of the full picture. */
  faceRect: Float32Array;
  lipsRect: Float32Array;
  leftEyeRect: Float32Array;
  rightEyeRect: Float32Array;
  /** Frames to learn from. */
  trainFrames: Int32Array;
  /** [frames], relative chance of a frame to be drawn. Default: equal. */
  samplingWeight?: Float32Array;
  /** [frames], factor on the colour loss inside the lips rectangle. Default 1. */
  mouthWeight?: Float32Array;
}

export interface HeadTrainOptions {
  /** Length of the schedules, steps. `run` may go on beyond it at the final rates. */
  totalSteps: number;
  /** Default 4096; paper 65,536. */
  raysPerStep?: number;
  /** Default 16; paper 1. */
  framesPerStep?: number;
  /** Share of the rays drawn in the lips rectangle, 0..1. Default 0.45 (ours); paper 0. */
  mouthShare?: number;
  /** Share drawn in the two eye rectangles. Default 0.15 (ours); paper 0. */
  eyeShare?: number;
  /** Adam at step 0. Defaults 1e-2, 1e-3, 1e-3 (ours, for short runs); released code 5e-3, 5e-4, 5e-4. */
  rateGrids?: number;
  rateNets?: number;
  rateAudio?: number;
  /** Appearance codes learn at this times rateNets. Default 5 (ours); released code 1. */
  appearanceFactor?: number;
  /** Audio attention learns at this times rateAudio. Default 5 (released code). */
  attentionFactor?: number;
  /** Share of the rates left at totalSteps; the decay is exponential. Default 0.1 (released code; 0.05 in its fine-tuning). */
  finalRate?: number;
  /** Adam. Defaults 0.9, 0.99, 1e-15 (released code). */
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Of the entropy of a ray's opacity in bits, mean over rays. Default 1e-4 (released code; paper 1e-3 in nats). */
  entropyWeight?: number;
  /** Of |audio coordinate| outside the face rectangle, summed over a ray's samples. Default 0 (ours: it can kill the audio path); paper 0.1. */
  ambientWeight?: number;
  /** Share of the schedule after which the linear ramp of that weight begins, 0..1. Default 0 (released code). */
  ambientStart?: number;
  /** Of minus the sum of squared sample weights of a ray. Default 0; ours: 3e-3 renders three times faster for about 0.8 dB. */
  sharpnessWeight?: number;
  /** Share of the schedule over which that weight rises. Default 1/3. */
  sharpnessRamp?: number;
  /** Standard deviation of Gaussian noise on the (standardised) encoder input. Default 0.2 (ours: lips follow unseen speech better); paper 0. */
  audioNoise?: number;
  /** Half width of uniform noise on the eye feature. Default 0. */
  eyeNoise?: number;
  /** Steps between occupancy updates. Default 16 (released code); 0 keeps the grid as it is. */
  occupancyInterval?: number;
  /** Steps during which updates are full sweeps with the early decay. Default 400 (ours). */
  occupancyWarmup?: number;
  /** Decay of the maximum per update. Defaults 0.6 early (ours), then 0.95 (released code). */
  occupancyEarlyDecay?: number;
  occupancyDecay?: number;
  /** After the warm-up one live cell in so many is evaluated, and one occupied cell in eight. Default 16 (ours); 1: full sweeps. */
  occupancySparsity?: number;
  /** Moving average of the parameters. Default 0.95 (paper). */
  emaDecay?: number;
  /** Steps between two of its updates. Default 0: no average; released code 1000. */
  emaInterval?: number;
  /** Lips fine-tuning: every other step is a patch of the lips, and the occupancy grid is frozen. Default null. */
  lips?: LipsOptions | null;
  /** Integer. Default 1. */
  seed?: number;
}

export interface LipsOptions {
  lpips: Lpips;
  /** Default 0.01 (released code). */
  lpipsWeight?: number;
  /** Side of the patch in px: lips rectangles are padded to patchMin (default 32) and larger ones seen through a random window of patchMax (default 64). */
  patchMin?: number;
  patchMax?: number;
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
    options: HeadTrainOptions,
  ) {
    const plain = {
      ...dataset,
      samplingWeight: dataset.samplingWeight ?? null,
      mouthWeight: dataset.mouthWeight ?? null,
    };
    this.native = guarded(
      () =>
        new (loadNative().HeadTrainer)(head.native, plain, nativeOptions(options), options.lips?.lpips.native ?? null),
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
   * @param options.rate Adam, default 1e-3
   * @returns squared error of the standardised targets over the last tenth, and the share of variance explained
   */
  pretrainAudio(
    targets: Float32Array,
    dims: number,
    steps: number,
    options: { rate?: number; signal?: AbortSignal } = {},
  ): Promise<{ mse: number; explained: number }> {
    return abortable('head-trainer.pretrainAudio', options.signal, (abort) =>
      this.native.pretrainAudio(targets, dims, steps, options.rate ?? 1e-3, abort),
    );
  }

  /** Is the audio path alive? Looks at `points` (1..384) surface points a region under `windows` windows of training speech. Changes nothing. */
  probeAmbient(options: { points?: number; windows?: number } = {}): Promise<AmbientReport> {
    return abortable('head-trainer.probeAmbient', undefined, () =>
      this.native.probeAmbient(options.points ?? 120, options.windows ?? 32),
    );
  }

  /** Everything `restore` needs to go on with the same bytes as an uninterrupted run, for the same dataset, options and number of threads. */
  checkpoint(): Uint8Array {
    return guarded(() => this.native.checkpoint());
  }

  /** All or nothing. @throws PortraitError CHECKPOINT_INVALID (truncated, changed, of another version or configuration), TRAINING_FAILED (not finite) */
  restore(checkpoint: Uint8Array): void {
    guarded(() => this.native.restore(checkpoint));
  }

  /** A copy of the head to look at: with the moving average of the parameters where one is kept. */
  headForEvaluation(): Head {
    return new Head(guarded(() => this.native.evaluationHead()));
  }
}

function nativeOptions(o: HeadTrainOptions): NativeTrainOptions {
  return {
    totalSteps: o.totalSteps,
    raysPerStep: o.raysPerStep ?? 4096,
    framesPerStep: o.framesPerStep ?? 16,
    mouthShare: o.mouthShare ?? 0.45,
    eyeShare: o.eyeShare ?? 0.15,
    rateGrids: o.rateGrids ?? 1e-2,
    rateNets: o.rateNets ?? 1e-3,
    rateAudio: o.rateAudio ?? 1e-3,
    appearanceFactor: o.appearanceFactor ?? 5,
    attentionFactor: o.attentionFactor ?? 5,
    finalRate: o.finalRate ?? 0.1,
    beta1: o.beta1 ?? 0.9,
    beta2: o.beta2 ?? 0.99,
    epsilon: o.epsilon ?? 1e-15,
    entropyWeight: o.entropyWeight ?? 1e-4,
    ambientWeight: o.ambientWeight ?? 0,
    ambientStart: o.ambientStart ?? 0,
    sharpnessWeight: o.sharpnessWeight ?? 0,
    sharpnessRamp: o.sharpnessRamp ?? 1 / 3,
    audioNoise: o.audioNoise ?? 0.2,
    eyeNoise: o.eyeNoise ?? 0,
    occupancyInterval: o.lips ? 0 : (o.occupancyInterval ?? 16),
    occupancyWarmup: o.occupancyWarmup ?? 400,
    occupancyEarlyDecay: o.occupancyEarlyDecay ?? 0.6,
    occupancyDecay: o.occupancyDecay ?? 0.95,
    occupancySparsity: o.occupancySparsity ?? 16,
    emaDecay: o.emaDecay ?? 0.95,
    emaInterval: o.emaInterval ?? 0,
    lips: o.lips != null,
    lpipsWeight: o.lips?.lpipsWeight ?? 0.01,
    patchMin: o.lips?.patchMin ?? 32,
    patchMax: o.lips?.patchMax ?? 64,
    seed: o.seed ?? 1,
  };
}
