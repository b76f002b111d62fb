// Which moment's sound a frame is given when the sound shall be wrong. Fixed, so that figures can be compared.

/** No frame hears a moment nearer than a second, where there is room for that. */
const LEAST_DISTANCE = 25;

/**
 * A permutation of 0 … n−1 without fixed points: everyone gets a moment at least a second away (at least n/4 in short
 * series). Neighbours get unrelated moments, so that the rhythm of speech cannot make it correlate by itself.
 */
export function wrongMoments(n: number): number[] {
  const least = Math.max(1, Math.min(LEAST_DISTANCE, Math.floor(n / 4)));
  const order = Array.from({ length: n }, (_, i) => i);
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = n - 1; i > 0; i--) swap(order, i, random(i + 1));
  for (let i = 0; i < n; i++) {
    if (Math.abs(order[i]! - i) >= least) continue;
    for (let step = 1; step < n; step++) {
      const j = (i + step) % n;
      if (Math.abs(order[j]! - i) >= least && Math.abs(order[i]! - j) >= least) {
        swap(order, i, j);
        break;
      }
    }
  }
  return order;
}

function swap(list: number[], i: number, j: number): void {
  [list[i], list[j]] = [list[j]!, list[i]!];
}
