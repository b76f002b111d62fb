// LPIPS over AlexNet: how different two pictures look to a person, and how that number changes with each pixel.
// The weights come from outside (`lpips_alex_v0.1.safetensors` of the model manifest); this file neither finds nor
// reads them.
import { PortraitError } from '@portrait/contracts';
import { abortable, guarded, loadNative, type NativeLpips } from './native.js';

/** An RGB picture, rows from the top, [height, width, 3]: bytes 0..255 or floats 0..1. */
export type RgbPixels = Uint8Array | Float32Array;

export interface LpipsOptions {
  signal?: AbortSignal;
}

const LAYERS = [
  { conv: 'slice1', lin: 'lin0', shape: [64, 3, 11, 11] },
  { conv: 'slice2', lin: 'lin1', shape: [192, 64, 5, 5] },
  { conv: 'slice3', lin: 'lin2', shape: [384, 192, 3, 3] },
  { conv: 'slice4', lin: 'lin3', shape: [256, 384, 3, 3] },
  { conv: 'slice5', lin: 'lin4', shape: [256, 256, 3, 3] },
] as const;

export class Lpips {
  /** @internal what other kernels take */
  readonly native: NativeLpips;

  /**
   * @param tensors as read from the weights file: `slice1..5.weight` [out,in,k,k], `slice1..5.bias`, `lin0..4`
   * @throws PortraitError INCOMPATIBLE when a tensor is missing or of another shape
   */
  constructor(tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>) {
    const take = (name: string, shape: readonly number[]): Float32Array => {
      const tensor = tensors[name];
      if (!tensor || tensor.shape.join() !== shape.join())
        throw new PortraitError(
          'INCOMPATIBLE',
          `The LPIPS weights need a tensor ${name} of shape [${shape.join(',')}], ` +
            `${tensor ? `this one has [${tensor.shape.join(',')}]` : 'there is none'}.`,
          { hint: 'Give the AlexNet weights of LPIPS v0.1 (model lpips-alex).' },
        );
      return tensor.data;
    };
    const weights = {
      conv: LAYERS.map((l) => take(`${l.conv}.weight`, l.shape)),
      bias: LAYERS.map((l) => take(`${l.conv}.bias`, [l.shape[0]])),
      lin: LAYERS.map((l) => take(l.lin, [l.shape[0]])),
    };
    this.native = guarded(() => new (loadNative().Lpips)(weights));
  }

  /**
   * Distance of two pictures of one size, 0 for equal ones; about 0.1 looks alike, 0.7 does not.
   * @param width px, at least 32; likewise `height`
   */
  distance(a: RgbPixels, b: RgbPixels, width: number, height: number, options: LpipsOptions = {}): Promise<number> {
    return abortable('lpips.compare', options.signal, (abort) => this.native.compare(a, b, width, height, null, abort));
  }

  /** Distance and its gradient by `image` as floats in 0..1, [height, width, 3]. */
  async gradient(
    image: RgbPixels,
    reference: RgbPixels,
    width: number,
    height: number,
    options: LpipsOptions = {},
  ): Promise<{ distance: number; gradient: Float32Array }> {
    const gradient = new Float32Array(image.length);
    const distance = await abortable('lpips.compare', options.signal, (abort) =>
      this.native.compare(image, reference, width, height, gradient, abort),
    );
    return { distance, gradient };
  }
}
