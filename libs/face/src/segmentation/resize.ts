// Resizes square RGB pictures: area average when shrinking, linear interpolation when growing.

interface Taps {
  first: number;
  weights: Float32Array;
}

function tapsOf(source: number, target: number): Taps[] {
  const scale = source / target;
  const reach = Math.max(1, scale); // width of the triangle or box in source pixels
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const weightAt = (pixel: number): number =>
      scale > 1
        ? Math.max(0, Math.min(pixel + 1, centre + reach / 2) - Math.max(pixel, centre - reach / 2))
        : Math.max(0, 1 - Math.abs(pixel + 0.5 - centre));
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(source - 1, Math.ceil(centre + reach));
    const weights = Float32Array.from({ length: last - first + 1 }, (_, k) => weightAt(first + k));
    const sum = weights.reduce((a, b) => a + b, 0);
    // Drops taps without weight.
    const used = weights.findLastIndex((w) => w > 0) + 1;
    const skipped = weights.findIndex((w) => w > 0);
    return { first: first + skipped, weights: weights.slice(skipped, used).map((w) => w / sum) };
  });
}

/** Resizer for pictures of `source`² RGB bytes to `target`² RGB floats; `curve` [256] gives the value of each byte. */
export function areaResizer(source: number, target: number, curve: Float32Array): (rgb: Uint8Array) => Float32Array {
  const taps = tapsOf(source, target);
  const rows = new Float32Array(source * target * 3);
  return (rgb) => {
    for (let y = 0, to = 0; y < source; y++) {
      for (let x = 0; x < target; x++, to += 3) {
        const { first, weights } = taps[x]!;
        let r = 0;
        let g = 0;
        let b = 0;
        for (let k = 0, at = (y * source + first) * 3; k < weights.length; k++, at += 3) {
          const w = weights[k]!;
          r += w * curve[rgb[at]!]!;
          g += w * curve[rgb[at + 1]!]!;
          b += w * curve[rgb[at + 2]!]!;
        }
        rows[to] = r;
        rows[to + 1] = g;
        rows[to + 2] = b;
      }
    }
    const result = new Float32Array(target * target * 3);
    const stride = target * 3;
    for (let y = 0; y < target; y++) {
      const { first, weights } = taps[y]!;
      for (let k = 0; k < weights.length; k++) {
        const w = weights[k]!;
        for (let i = 0, from = (first + k) * stride, to = y * stride; i < stride; i++)
          result[to + i]! += w * rows[from + i]!;
      }
    }
    return result;
  };
}
