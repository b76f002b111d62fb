// The dynamic head (paper 3.2): its network on the native side, its tensors, and drawing it.
// Not here: where poses, audio features and backgrounds come from, and how a portrait is stored.
import { abortable, guarded, loadNative, type NativeHead } from './native.js';
import type { HeadConfig } from './options.js';
import type { HeadTensor, RenderResult } from './results.js';

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
  /**
   * What the encoder takes at this frame: [K], [16,C], or 8 of these in a row with attention. Give this or `audioCode`.
   */
  audio?: Float32Array;
  /** An encoded and perhaps smoothed code, [64]. */
  audioCode?: Float32Array;
  /** Eye feature, on the scale used in training. */
  eye: number;
  /** [4]. Default: mean over the training frames. */
  appearance?: Float32Array;
  /** [height, width, 3]. */
  background: Uint8Array;
  /** [height, width]: pixels with 0 keep the background and cost nothing. Without it every pixel is drawn. */
  region?: Uint8Array;
}

export interface RenderOptions {
  signal?: AbortSignal;
  /** Receives the opacity of each pixel, [height, width], 0..1. */
  weightsSum?: Float32Array;
  /** Transmittance below which a ray ends. Released code: 1e-4; 1e-2 is faster at about 60 dB of this picture. */
  earlyStopEps: number;
  /**
   * Of the products of hidden layers; sums are fp32 either way. Default 'fp32'. 'bf16' halves the time with AMX and
   * keeps the picture within 65 dB of fp32. @throws NOT_SUPPORTED where kernelInfo().bf16 is null
   */
  precision?: 'fp32' | 'bf16';
}

export type KernelBackend = 'cpu' | 'reference' | 'cuda';

/**
 * Cells of the occupancy grid, 128³, x fastest, then y, then z; cell (x,y,z) spans [2x/128-1, 2(x+1)/128-1] and so on.
 */
export const OCCUPANCY_CELLS = 128 ** 3;

export class Head {
  /** @internal what other kernels take */
  readonly native: NativeHead;

  /**
   * @param seed integer, at least 0; same seed, same initial tensors
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
        : guarded(() => new (loadNative().Head)(config as HeadConfig, seed, options.backend ?? 'cpu'));
  }

  /** Copies of all tensors, in a fixed order. */
  tensors(): HeadTensor[] {
    return guarded(() => this.native.tensors());
  }

  /**
   * Sets the named tensors, all of them or none. `appearance` may not have fewer rows than a trainer of this head uses.
   * @throws PortraitError when a name or shape is unknown or a value is not finite
   */
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
  encodeAudio(inputs: Float32Array): Promise<Float32Array> {
    return abortable('head.encodeAudio', undefined, () => this.native.encodeAudio(inputs));
  }

  /**
   * Draws the head over the background into `out`, RGB [height, width, 3]. Arguments are copied at the call, results
   * arrive when the promise settles. Concurrent calls on one head queue up.
   */
  render(view: HeadView, out: Uint8Array, options: RenderOptions): Promise<RenderResult> {
    const { camera, focal, cx, cy, width, height, audio, audioCode, eye, appearance, background, region } = view;
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
      region: region ?? null,
      precision: options.precision ?? 'fp32',
    };
    return abortable('head.render', options.signal, (abort) =>
      this.native.render(plain, out, options.weightsSum ?? null, options.earlyStopEps, abort),
    );
  }
}
