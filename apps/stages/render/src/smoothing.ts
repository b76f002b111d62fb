// Centred averages over a bounded neighbourhood. Unlike a recursive filter they have no lag and no memory, so a part of
// a render equals the same frames of the whole, and no warm-up is needed.

/**
 * Indices averaged for `index`: a centred window, shrunk on both sides alike where it would leave [start, end).
 * Shrinking one side only would shift the mean in time at the ends.
 */
export function centredWindow(index: number, window: number, start: number, end: number): { from: number; to: number } {
  const half = Math.max(0, Math.min((window - 1) / 2, index - start, end - 1 - index));
  return { from: index - half, to: index + half };
}

/** Mean of `value` over the centred window. */
export function smoothed(
  value: (index: number) => number,
  index: number,
  window: number,
  start: number,
  end: number,
): number {
  const { from, to } = centredWindow(index, window, start, end);
  let sum = 0;
  for (let k = from; k <= to; k++) sum += value(k);
  return sum / (to - from + 1);
}
