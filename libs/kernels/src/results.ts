// What calls of the add-on give back.

/** A tensor as stored: grids [entries, 2] level after level, layers [in, out]. */
export interface HeadTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

export interface RenderResult {
  /** Network evaluations. */
  samples: number;
  /** Rays that met an occupied cell. */
  raysHit: number;
  /** Wall time. */
  ms: number;
}

export interface AmbientRegion {
  /**
   * Standard deviation of the audio coordinate over training speech, mean over points and dimensions. Near 0 in the
   * mouth: the audio path is dead.
   */
  spread: number;
  /** Mean of its absolute value; near 1: saturated. */
  mean: number;
  /** Surface points looked at. */
  points: number;
}

export interface AmbientReport {
  mouth: AmbientRegion;
  face: AmbientRegion;
  elsewhere: AmbientRegion;
}

/** Means over the steps of one `run`. */
export interface StepStats {
  /** Steps done since training began. */
  step: number;
  /** All weighted terms but LPIPS. */
  loss: number;
  /** Mean squared error per channel; `psnr` is its decibels. Patch steps included. */
  mse: number;
  psnr: number;
  /** Mean LPIPS of the patch steps, 0 without. */
  lpips: number;
  /** Share of rays that met an occupied cell. */
  hitFraction: number;
  /** Network evaluations and occupied lattice points per such ray. */
  samplesPerRay: number;
  marchedPerRay: number;
  /** Share of occupancy cells set. */
  occupancy: number;
  /** Mean of |x_a| summed over its two dimensions. */
  ambient: number;
  raysPerSecond: number;
  samplesPerSecond: number;
  /** Wall time. */
  seconds: number;
}

export interface KernelTensor {
  shape: number[];
  data: Float32Array;
}

export interface TorsoTrainingStats {
  /** Steps done since training began. */
  step: number;
  /** Means over the steps of this call; `loss` is the weighted sum, the parts are not weighted. */
  loss: number;
  colorLoss: number;
  /** Bits. */
  entropyLoss: number;
  alphaLoss: number;
  /** Pixels evaluated in this call. */
  rays: number;
  /** Share of the crop that the occupancy grid keeps. */
  occupied: number;
  /** Wall time of this call. */
  seconds: number;
}
