// Small numbers about lists of numbers.
export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5);
}

/** Value at a fraction of the sorted list, nearest below; 0 for an empty list. */
export function percentile(values: ArrayLike<number>, fraction: number): number {
  if (values.length === 0) return 0;
  return Float64Array.from(values).sort()[Math.floor(fraction * (values.length - 1))]!;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Longest run of true: [first, length]. */
export function longestRun(flags: readonly boolean[]): { first: number; length: number } {
  let best = { first: 0, length: 0 };
  for (let i = 0; i < flags.length; i += 1) {
    if (!flags[i]) continue;
    let j = i;
    while (flags[j]) j += 1;
    if (j - i > best.length) best = { first: i, length: j - i };
    i = j;
  }
  return best;
}
