// Comparisons for specs of videos: decoded frames, and the lag between two sounds.

/** Copies all frames of a decoder into memory; for short videos. */
export async function collectFrames(source: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  for await (const { buffer, byteOffset, byteLength } of source)
    frames.push(Buffer.from(buffer, byteOffset, byteLength));
  return frames;
}

/**
 * Lag in samples, at most `within` either way, at which `heard` correlates best with `said`. Positive: `heard` is late.
 * Ignores the first 1,000 and the last 3,000 samples of `said`, where encoders fade.
 */
export function lagOf(heard: Float32Array, said: Float32Array, within = 100): number {
  let best = { lag: Number.NaN, sum: -Infinity };
  for (let lag = -within; lag <= within; lag++) {
    let sum = 0;
    for (let k = 1000; k < said.length - 3000; k++) sum += said[k]! * (heard[k + lag] ?? 0);
    if (sum > best.sum) best = { lag, sum };
  }
  return best.lag;
}
