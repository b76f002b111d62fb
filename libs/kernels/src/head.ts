// The dynamic head (paper 3.2): its network on the native side, its tensors, and drawing it.
// Not here: where poses, audio features and backgrounds come from, and how a portrait is stored.
import { PortraitError } from '@portrait/contracts';
import { abortable, guarded, loadNative, type NativeHead, type NativeHeadConfig } from './native.js';
import type { HeadTensor, RenderResult } from './results.js';

/** Multiresolution feature grid of 16 levels with 2 channels. */
export interface GridConfig {
  /** 'tiled' addresses a full level by index modulo the table (released code), 'hashed' by instant-ngp's hash. Default 'tiled'. */
  type?: 'tiled' | 'hashed';
  /** Resolution of the coarsest level, at least 2. Default: spatial 16 (paper), ambient 4 (ours; paper 16). */
  base?: number;
  /** Resolution of the finest level, at most 4096. Default: spatial 2048 (paper), ambient 64 (ours: a fine one keeps the lips still; paper 2048). */
  finest?: number;
  /** Entries of a level at most, a power of two in 2^10..2^22. Default 65536 (paper). */
  table?: number;
}

export interface AudioEncoderConfig {
  /** 'conv' is the paper's AudioNet on a window of 16 feature rows; 'mlp' (ours) takes K numbers, e.g. PCA coefficients of that window. */
  kind: 'mlp' | 'conv';
  /** K of 'mlp', channels C of 'conv' (input [16, C]). 1..4096. */
  input: number;
  /** The paper's attention over the 8 windows i-4 .. i+3. Default false. */
  attention?: boolean;
}

export interface HeadConfig {
  audio: AudioEncoderConfig;
  /** How audio enters the field (paper, table 5). Default 'modulation', the paper's own; the ablations 'implicit', 'composed' and 'deformation' are refused with NOT_SUPPORTED. */
  backbone?: 'modulation' | 'implicit' | 'composed' | 'deformation';
  /** Dimensions of the audio coordinate. Default 2 (paper); 1 and 3 are the ablations of its table 4. */
  ambientDim?: 1 | 2 | 3;
  spatialGrid?: GridConfig;
  ambientGrid?: GridConfig;
  /** Occupied lattice points a ray, 1..32. Default 16 (paper; ablations 8, 32). */
  maxSamples?: number;
  /** sigma = exp(x + densityBias). Default 2 (ours: opaque enough to learn in few steps); 0 in the paper. */
  densityBias?: number;
  /** Scale of the initial weights that give the audio coordinate. Default 6 (ours: its spread over speech begins near 0.1); 1 in the paper. */
  ambientGain?: number;
  /** The audio code also enters the density network directly. Default false (paper); ours: larger but less certain lip motion. */
  audioToDensity?: boolean;
}

/** One picture to draw. OpenGL axes: x right, y up, looking along -z; the scene is the cube [-1,1]³. */
export interface HeadView {
  /** Camera to world, [3,4] row-major. */
  camera: Float32Array;
  /** px, and the principal point in px from the top left corner. */
  focal: number;
  cx: number;
  cy: number;
  width: number;
  height: number;
  /** What the encoder takes at this frame: [K], [16,C], or 8 of these in a row with attention. Give this or `audioCode`. */
  audio?: Float32Array;
  /** An encoded and perhaps smoothed code, [64]. */
  audioCode?: Float32Array;
  /** Eye feature, on the scale used in training. */
  eye: number;
  /** [4]. Default: mean over the training frames. */
  appearance?: Float32Array;
  /** [height, width, 3]. */
  background: Uint8Array;
}

export interface RenderOptions {
  signal?: AbortSignal;
  /** Receives the opacity of each pixel, [height, width], 0..1. */
  weightsSum?: Float32Array;
  /** Transmittance below which a ray ends. Default 1e-4 (released code); 1e-2 is faster at about 60 dB of this picture. */
  terminate?: number;
}

export type KernelBackend = 'cpu' | 'reference' | 'cuda';

/** Cells of the occupancy grid, 128³, x fastest, then y, then z; cell (x,y,z) spans [2x/128-1, 2(x+1)/128-1] and so on. */
export const OCCUPANCY_CELLS = 128 ** 3;

export class Head {
  /** @internal what other kernels take */
  readonly native: NativeHead;

  /**
   * @param seed integer; same seed, same initial tensors
   * @param options.backend 'cpu' (default), or 'reference': double precision, one thread, thousands of times slower
   * @throws PortraitError INVALID_ARGUMENT, NOT_SUPPORTED
   */
  constructor(config: HeadConfig, seed: number, options?: { backend?: KernelBackend });
  /** @internal */
  constructor(native: NativeHead);
  constructor(config: HeadConfig | NativeHead, seed?: number, options: { backend?: KernelBackend } = {}) {
    this.native =
      seed === undefined
        ? (config as NativeHead)
        : guarded(() => new (loadNative().Head)(nativeConfig(config as HeadConfig), seed, options.backend ?? 'cpu'));
  }

  /** Copies of all tensors, in a fixed order. */
  tensors(): HeadTensor[] {
    return guarded(() => this.native.tensors());
  }

  /** Sets the named tensors, all of them or none. @throws PortraitError when a name or shape is unknown or a value is not finite */
  setTensors(tensors: readonly HeadTensor[]): void {
    guarded(() => this.native.setTensors(tensors.map(({ name, shape, data }) => ({ name, shape: [...shape], data }))));
  }

  /** Starting occupancy, [128³]: 1 live and occupied, 0 never evaluated (outside the visual hull). */
  setOccupancy(keep: Uint8Array): void {
    guarded(() => this.native.setOccupancy(keep));
  }

  /** Largest density seen in each cell, [128³]; -1 where never evaluated. This is what a portrait stores. */
  occupancy(): Float32Array {
    return guarded(() => this.native.occupancy());
  }

  /** Takes back what `occupancy` gave. */
  setOccupancyDensity(density: Float32Array): void {
    guarded(() => this.native.setOccupancyDensity(density));
  }

  /** Numbers the encoder takes at a frame. */
  get audioInputLength(): number {
    return guarded(() => this.native.audioInputLength());
  }

  /** Audio codes [n,64] of inputs [n, audioInputLength]. */
  encodeAudio(inputs: Float32Array): Float32Array {
    return guarded(() => this.native.encodeAudio(inputs));
  }

  /** Draws the head over the background into `out`, RGB [height, width, 3]. Concurrent calls on one head queue up. */
  render(view: HeadView, out: Uint8Array, options: RenderOptions = {}): Promise<RenderResult> {
    const { camera, focal, cx, cy, width, height, audio, audioCode, eye, appearance, background } = view;
    const plain = {
      camera,
      focal,
      cx,
      cy,
      width,
      height,
      audio: audio ?? null,
      audioCode: audioCode ?? null,
      eye,
      appearance: appearance ?? null,
      background,
    };
    return abortable('head.render', options.signal, (abort) =>
      this.native.render(plain, out, options.weightsSum ?? null, options.terminate ?? 1e-4, abort),
    );
  }
}

function nativeConfig(config: HeadConfig): NativeHeadConfig {
  if ((config.backbone ?? 'modulation') !== 'modulation')
    throw new PortraitError(
      'NOT_SUPPORTED',
      `The backbone '${config.backbone}' is not supported, because there are kernels for the paper's own one only.`,
      { hint: "Use 'modulation'." },
    );
  const grid = (g: GridConfig | undefined, base: number, finest: number) => ({
    hashed: g?.type === 'hashed',
    base: g?.base ?? base,
    finest: g?.finest ?? finest,
    table: g?.table ?? 65536,
  });
  return {
    ambientDim: config.ambientDim ?? 2,
    spatialGrid: grid(config.spatialGrid, 16, 2048),
    ambientGrid: grid(config.ambientGrid, 4, 64),
    maxSamples: config.maxSamples ?? 16,
    densityBias: config.densityBias ?? 2,
    ambientGain: config.ambientGain ?? 6,
    audioToDensity: config.audioToDensity ?? false,
    audio: { kind: config.audio.kind, input: config.audio.input, attention: config.audio.attention ?? false },
  };
}
