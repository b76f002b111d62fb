// Removes flicker: a label that lasts a single frame takes the label of the frames before and after. Never across a
// cut.

/** Three label maps in order → the middle one without flicker, and the number of pixels that changed. */
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

/** Applies `removeFlicker` to a stream of frames; delays it by one frame. */
export async function* removeFlickerFromStream<Frame extends { frame: number; labels: Uint8Array }>(
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
