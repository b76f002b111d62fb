// What constructors of the add-on take. Fields and ranges: native-kernels/include/portrait/options/*.inc.

/** Multiresolution feature grid of 16 levels with 2 channels. */
export interface GridConfig {
  /** 'tiled' addresses a level by index modulo the table (released code), 'hashed' by instant-ngp's hash. */
  indexing: 'tiled' | 'hashed';
  /** Of the coarsest level, at least 2. Paper: 16. */
  baseResolution: number;
  /** Of the finest level, at most 4096. Paper: 2048. */
  finestResolution: number;
  /** Entries of a level at most, a power of two in 2^10..2^22. Paper: 65536. */
  tableEntries: number;
}

/** Every field is needed: defaults are those of the stage's schema, constants those of libs/nerf. */
export interface HeadConfig {
  /** How audio enters the field (paper, table 5). The ablations are refused with NOT_SUPPORTED. */
  backbone: 'modulation' | 'implicit' | 'composed' | 'deformation';
  /** Dimensions of the audio coordinate. Paper: 2; 1 and 3 are the ablations of its table 4. */
  ambientDim: number;
  /** Occupied lattice points of a ray, 1..32. Paper: 16. */
  maxSamples: number;
  spatialGrid: GridConfig;
  ambientGrid: GridConfig;
  /** Scale of the initial weights that give the audio coordinate. Paper: 1. */
  ambientGain: number;
  /** sigma = exp(x + densityBias). Paper: 0. */
  densityBias: number;
  /** The audio code also enters the density network directly. Paper: false. */
  audioToDensity: boolean;
  /** 'conv' is the paper's AudioNet on a window of 16 feature rows; 'mlp' (ours) takes its PCA coefficients. */
  audioNetwork: 'mlp' | 'conv';
  /** Numbers a window (mlp), or channels C of its rows (conv: input [16, C]). 1..4096. */
  audioInputs: number;
  /** The paper's attention over the 8 windows i-4 .. i+3. */
  audioAttention: boolean;
}

export interface HeadDataset {
  /**
   * File of frames x cropHeight x cropWidth x 8 bytes: r g b of the frame, r g b of the background behind the head,
   * label (1 head), 0.
   */
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
  /** One window a frame: [frames,K] or [frames,16,C]. With attention the trainer gathers the neighbours. */
  audio: Float32Array;
  /** [frames,4] each: left, top, right, bottom in px of the full picture; NaN counts as no rectangle. */
  faceRect: Float32Array;
  lipsRect: Float32Array;
  leftEyeRect: Float32Array;
  rightEyeRect: Float32Array;
  /** Frames to learn from. */
  trainFrames: Int32Array;
}

/**
 * Every field is needed: defaults are those of the stage's schema, constants those of libs/nerf. Ranges stand in
 * native-kernels/include/portrait/options/head_training.inc.
 */
export interface HeadTrainingOptions {
  /** Length of the schedules. `run` may go on beyond it at the final rates. */
  steps: number;
  /** Paper: 65,536. */
  raysPerStep: number;
  /** Paper: 1. */
  framesPerStep: number;
  /** Share of the rays drawn in the lips rectangle, 0..1. Paper: 0. */
  mouthShare: number;
  /** Share drawn in the two eye rectangles. Paper: 0. */
  eyesShare: number;
  /** Adam at step 0. Released code: 5e-3, 5e-4, 5e-4. */
  gridLearningRate: number;
  netLearningRate: number;
  audioLearningRate: number;
  /** Appearance codes learn at this times netLearningRate. Released code: 1. */
  appearanceLearningRateFactor: number;
  /** Audio attention learns at this times audioLearningRate. Released code: 5. */
  attentionLearningRateFactor: number;
  /** Share of the rates left at `steps`; the decay is exponential. Released code: 0.1, in its fine-tuning 0.05. */
  finalLearningRateFactor: number;
  /** Adam. Released code: 0.9, 0.99, 1e-15. */
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Of the entropy of a ray's opacity in bits, mean over rays. Released code: 1e-4 (paper: 1e-3 in nats). */
  entropyWeight: number;
  /** Of |audio coordinate| outside the face rectangle, summed over a ray's samples. Paper: 0.1. */
  ambientWeight: number;
  /** Share of the schedule after which the linear ramp of that weight begins, 0..1. Released code: 0. */
  ambientRampStart: number;
  /** Of minus the sum of squared sample weights of a ray (ours): 3e-3 renders three times faster for about 0.8 dB. */
  sharpnessWeight: number;
  /** Share of the schedule over which that weight rises. */
  sharpnessRamp: number;
  /** Standard deviation of Gaussian noise on the (standardised) encoder input. Paper: 0. */
  audioNoise: number;
  /** Half width of uniform noise on the eye feature. */
  eyeNoise: number;
  /** Transmittance below which a ray ends. Released code: 1e-4. */
  earlyStopEps: number;
  /** Steps between occupancy updates; 0 keeps the grid as it is. Released code: 16. */
  occupancyInterval: number;
  /** Steps during which updates are full sweeps with the early decay. */
  occupancyWarmupSteps: number;
  /** Decay of the maximum per update. Released code: 0.95. */
  occupancyEarlyDecay: number;
  occupancyDecay: number;
  /** After the warm-up one live cell in so many is evaluated, and one occupied cell in eight; 1: full sweeps. */
  occupancySparsity: number;
  /** Moving average of the parameters. Paper: 0.95. */
  emaDecay: number;
  /** Steps between two of its updates; 0: no average. Released code: 1000. */
  emaInterval: number;
  /** Integer, at least 0. */
  seed: number;
}

/** Lips fine-tuning: every other step is a patch of the lips. */
export interface LipsOptions {
  /** Released code: 0.01. */
  lpipsWeight: number;
  /** Side of the patch in px: larger lips rectangles are seen through a random window of this side. */
  patchSize: number;
  /** Smaller lips rectangles are padded to this side, px. */
  minPatchSize: number;
}

/** Every field is needed, here and in TorsoTrainingOptions. */
export interface TorsoConfig {
  /** Frames of the clip: one appearance code each. */
  frames: number;
  /** Image coordinate times this before the deformation, (0,1]. Released code: 0.8. */
  torsoShrink: number;
  /** Resolution of the finest of 16 grid levels; the coarsest has 16. Paper: 2048. */
  finestResolution: number;
  /** Entries of a grid level, a power of two. Paper: 65536. */
  tableEntries: number;
}

/**
 * Packed training pictures: one file, frame after frame, a crop of 8 bytes a pixel: r, g, b, plate r, g, b,
 * alpha (0 or 255), 0.
 */
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

export interface TorsoTrainingOptions {
  /** Length of the schedule. Paper: 20,000. */
  steps: number;
  /** Pixels a step, drawn among the occupied ones. Paper: 65,536 of the whole picture. */
  raysPerStep: number;
  /** Frames they come from, 1..64. Paper: 1. */
  framesPerStep: number;
  /** Adam, at step 0. Paper: 5e-3. */
  gridLearningRate: number;
  /** Networks and appearance codes. Paper: 5e-4. */
  netLearningRate: number;
  /** Share of the rates left at the last step; the decay is exponential. Paper: 0.1. */
  finalLearningRateFactor: number;
  /** Adam. Released code: 0.9, 0.99, 1e-15. */
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Octaves of the position in the deformation network, 0..10. Released code: 10; ragged edges under unseen poses. */
  deformOctaves: number;
  /** Whether the colour network sees the pixel position. Released code: true; not in the paper's formula. */
  colorPosition: boolean;
  /** Whether the colour network sees the head pose. Released code: true. */
  colorPose: boolean;
  /** Of the entropy of alpha in bits. Released code: 1e-4 (paper: 1e-3 in nats). */
  entropyWeight: number;
  /** Of the squared error of alpha (ours): plate and cloth may have the same colour. */
  alphaWeight: number;
  /** Moving average of the parameters, [0,1). Paper: 0.95. */
  emaDecay: number;
  /** Steps between two of its updates; 0: no average. */
  emaInterval: number;
  /** Steps between two updates of the occupancy grid. Released code: 16. */
  occupancyInterval: number;
  /** Integer, at least 0. */
  seed: number;
}
