// Colours of the rendered head matched to a recorded frame: one gain and one offset a channel, from a ring of pixels at
// the seam where both pictures show skin. A room's light may change during a clip; the network knows one light.

export interface ColourMatch {
  /** RGB: recorded ≈ gain · rendered + offset, levels of 8 bits. */
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

export const NO_CHANGE: ColourMatch = { gain: [1, 1, 1], offset: [0, 0, 0] };

/** Fewer pixels say more about a mole than about the light. */
const MIN_PIXELS = 64;
/** Prior of the gain: skin of a seam spans few levels, and a gain from so narrow a range is mostly noise. Levels². */
const GAIN_PRIOR = 100;
const ROUNDS = 3;
/** Differences beyond this many median deviations do not count: eyelashes, strands of hair, a shadow. */
const OUTLIER = 2.5;
const MIN_DEVIATION = 1;

/**
 * @param recorded, rendered RGB pictures of the same size
 * @param ring indices of the pixels to compare
 */
export function matchColours(recorded: Uint8Array, rendered: Uint8Array, ring: Uint32Array): ColourMatch {
  if (ring.length < MIN_PIXELS) return NO_CHANGE;
  const channels = [0, 1, 2].map((channel) => matchChannel(recorded, rendered, ring, channel));
  return {
    gain: channels.map((c) => c.gain) as unknown as ColourMatch['gain'],
    offset: channels.map((c) => c.offset) as unknown as ColourMatch['offset'],
  };
}

function matchChannel(
  recorded: Uint8Array,
  rendered: Uint8Array,
  ring: Uint32Array,
  channel: number,
): { gain: number; offset: number } {
  let gain = 1;
  let offset = 0;
  let limit = Infinity;
  const deviations = new Float64Array(ring.length);
  for (let round = 0; round < ROUNDS; round++) {
    let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
    for (const pixel of ring) {
      const x = rendered[pixel * 3 + channel]!;
      const y = recorded[pixel * 3 + channel]!;
      if (Math.abs(gain * x + offset - y) > limit) continue;
      count++;
      sumX += x;
      sumY += y;
      sumXX += x * x;
      sumXY += x * y;
    }
    if (count < MIN_PIXELS / 2) break;
    const [meanX, meanY] = [sumX / count, sumY / count];
    const variance = sumXX / count - meanX * meanX;
    const covariance = sumXY / count - meanX * meanY;
    gain = (covariance + GAIN_PRIOR) / (variance + GAIN_PRIOR);
    offset = meanY - gain * meanX;
    ring.forEach((pixel, k) => {
      deviations[k] = Math.abs(gain * rendered[pixel * 3 + channel]! + offset - recorded[pixel * 3 + channel]!);
    });
    limit = OUTLIER * Math.max(MIN_DEVIATION, deviations.slice().sort()[ring.length >> 1]!);
  }
  return { gain, offset };
}
