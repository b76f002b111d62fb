// Reads the frames of a clip with their labels, packed for the passes.
import { PortraitError } from '@portrait/contracts';
import { readFrames } from '@portrait/media';

export interface LabelledFrame {
  /** 0-based number in the clip. */
  index: number;
  /** [size²] 0xRRGGBB */
  picture: Float32Array;
  /** [size²] 0 background, 1 head, 2 neck, 3 torso */
  labels: Float32Array;
}

export interface FrameSource {
  video: string;
  labels: string;
  size: number;
  frames: number;
  threads: number;
  signal: AbortSignal;
}

/** Every `step`-th frame, at most `count`. @throws PortraitError INCOMPATIBLE when clip or labels end early */
export async function* labelledFrames(
  source: FrameSource,
  { step = 1, count = Math.ceil(source.frames / step) } = {},
): AsyncGenerator<LabelledFrame> {
  const common = {
    width: source.size,
    height: source.size,
    threads: source.threads,
    frameCount: count,
    signal: source.signal,
    ...(step > 1 ? { filters: [`framestep=${step}`] } : {}),
  };
  const pictures = readFrames(source.video, { pixelFormat: 'rgb24', ...common });
  const maps = readFrames(source.labels, { pixelFormat: 'gray', ...common });
  let index = 0;
  try {
    for await (const picture of pictures) {
      const map = await maps.next();
      if (map.done) break;
      yield { index, picture: packPicture(picture), labels: new Float32Array(map.value) };
      index += step;
    }
  } finally {
    await maps.return();
  }
  if (index !== count * step) {
    throw new PortraitError('INCOMPATIBLE', `Clip or labels end after ${index / step} of ${count} frames.`, {
      at: { stage: 'neck-inpainting', frame: index },
      hint: 'Run semantic-parsing again on this clip.',
    });
  }
}

function packPicture(rgb: Uint8Array): Float32Array {
  const packed = new Float32Array(rgb.length / 3);
  for (let i = 0, o = 0; i < packed.length; i++, o += 3) packed[i] = (rgb[o]! << 16) | (rgb[o + 1]! << 8) | rgb[o + 2]!;
  return packed;
}

/** RGBA bytes of a packed layer; transparent pixels are all zero. */
export function unpackLayer(layer: Float32Array): Uint8Array {
  const rgba = new Uint8Array(layer.length * 4);
  for (let i = 0, o = 0; i < layer.length; i++, o += 4) {
    const colour = layer[i]!;
    if (colour < 0) continue;
    rgba[o] = colour >> 16;
    rgba[o + 1] = (colour >> 8) & 255;
    rgba[o + 2] = colour & 255;
    rgba[o + 3] = 255;
  }
  return rgba;
}
