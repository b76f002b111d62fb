// Distances and sharpness of pictures, [height, width, 3] bytes sRGB. Landmarks are judged elsewhere in this folder.

/** Rows top ≤ y < bottom, columns left ≤ x < right, px. */
export interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** What is looked at: everything, the pixels where `mask` [height, width] is not 0, or a box. */
export type Region = { mask?: Uint8Array | undefined; box?: Box | undefined };

/**
 * Two pictures that are equal to the byte have no finite ratio; half a grey level a hundredth of the time stands for
 * it.
 */
const HIGHEST_PSNR = 100;

/**
 * Peak signal-to-noise ratio of one frame over the three channels, dB, at most 100; null when the region holds no
 * pixel. A clip's figure is the mean over its frames, as in the released code of the paper.
 */
export function psnr(a: Uint8Array, b: Uint8Array, width: number, region: Region = {}): number | null {
  const { mask, box = { top: 0, left: 0, bottom: a.length / 3 / width, right: width } } = region;
  let error = 0;
  let count = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const p = y * width + x;
      if (mask && mask[p] === 0) continue;
      for (let c = 0; c < 3; c++) error += (a[p * 3 + c]! - b[p * 3 + c]!) ** 2;
      count += 3;
    }
  }
  if (count === 0) return null;
  return Math.min(HIGHEST_PSNR, 10 * Math.log10((255 * 255 * count) / Math.max(error, 1e-9)));
}

/** Rec. 601 luma of a pixel, 0 … 255. */
const luma = (rgb: Uint8Array, p: number): number =>
  0.299 * rgb[p * 3]! + 0.587 * rgb[p * 3 + 1]! + 0.114 * rgb[p * 3 + 2]!;

/**
 * Mean size of the Laplacian of luma inside a box (grey levels): fine detail such as teeth and lip edges. Blur lowers
 * it, noise raises it, so it is read beside the PSNR. Pixels at the border of the picture are left out. Ours; the paper
 * gives no such figure.
 */
export function sharpness(rgb: Uint8Array, width: number, box: Box): number {
  const height = rgb.length / 3 / width;
  let sum = 0;
  let count = 0;
  for (let y = Math.max(1, box.top); y < Math.min(height - 1, box.bottom); y++) {
    for (let x = Math.max(1, box.left); x < Math.min(width - 1, box.right); x++) {
      const p = y * width + x;
      sum += Math.abs(
        4 * luma(rgb, p) - luma(rgb, p - 1) - luma(rgb, p + 1) - luma(rgb, p - width) - luma(rgb, p + width),
      );
      count++;
    }
  }
  return count > 0 ? sum / count : 0;
}
