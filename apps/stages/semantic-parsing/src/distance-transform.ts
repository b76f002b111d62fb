// Exact Euclidean distance of every pixel to the nearest marked pixel, in O(pixels). Columns first, then the lower
// envelope of parabolas along each row (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions",
// 2012).

const FAR = 1e12;

/** Distances [height,width], px; Infinity where nothing is marked. `marked` is non-zero where the distance is 0. */
export function distanceTransform(marked: Uint8Array, width: number, height: number): Float32Array {
  const squared = new Float64Array(width * height);
  for (let x = 0; x < width; x++) {
    let distance = FAR;
    for (let y = 0, p = x; y < height; y++, p += width) squared[p] = distance = marked[p] ? 0 : distance + 1;
    distance = FAR;
    for (let y = height - 1, p = x + y * width; y >= 0; y--, p -= width) {
      distance = marked[p] ? 0 : distance + 1;
      const nearest = Math.min(distance, squared[p]!);
      squared[p] = nearest >= FAR ? FAR : nearest * nearest;
    }
  }
  const result = new Float32Array(width * height);
  const apex = new Int32Array(width); // column of each parabola of the envelope
  const from = new Float64Array(width + 1); // column from which it is the lowest
  for (let y = 0; y < height; y++) {
    const row = squared.subarray(y * width, (y + 1) * width);
    let last = 0;
    apex[0] = 0;
    from[0] = -Infinity;
    from[1] = Infinity;
    for (let q = 1; q < width; q++) {
      let start: number;
      for (;;) {
        const v = apex[last]!;
        start = (row[q]! + q * q - row[v]! - v * v) / (2 * (q - v));
        if (start > from[last]!) break;
        last--;
      }
      apex[++last] = q;
      from[last] = start;
      from[last + 1] = Infinity;
    }
    for (let x = 0, k = 0; x < width; x++) {
      while (from[k + 1]! < x) k++;
      const v = apex[k]!;
      const d = (x - v) * (x - v) + row[v]!;
      result[y * width + x] = d >= FAR ? Infinity : Math.sqrt(d);
    }
  }
  return result;
}
