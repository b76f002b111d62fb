// A pixel that has one label before and after, and another for a single frame only, flickers: it takes the label of its neighbours in
// time. Never across a cut.

/** Three label maps in order → the middle one without flicker. Returns how many pixels changed. */
export function removeFlicker(
  before: Uint8Array,
  labels: Uint8Array,
  after: Uint8Array,
): { labels: Uint8Array; changed: number } {
  const steady = labels.slice();
  let changed = 0;
  for (let p = 0; p < labels.length; p++) {
    if (before[p] === after[p] && before[p] !== labels[p]) {
      steady[p] = before[p]!;
      changed++;
    }
  }
  return { labels: steady, changed };
}

/** Runs `removeFlicker` over a stream of frames, one frame late. */
export async function* steadyLabels<Frame extends { frame: number; labels: Uint8Array }>(
  frames: AsyncIterable<Frame>,
  cuts: readonly number[],
): AsyncGenerator<Frame> {
  const cutSet = new Set(cuts);
  let older: Uint8Array | null = null;
  let held: Frame | null = null;
  for await (const next of frames) {
    if (held) {
      const isolated = !older || cutSet.has(held.frame) || cutSet.has(next.frame);
      yield isolated ? held : { ...held, labels: removeFlicker(older!, held.labels, next.labels).labels };
      older = held.labels;
    }
    held = next;
  }
  if (held) yield held;
}
