// Numbers that a seed decides, for blink times. Not for cryptography, and not shared with training.

/** Uniform numbers in [0, 1): a 32-bit counter hashed by two multiply-xorshift rounds. */
export function uniform(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let h = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return ((h ^ (h >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** Standard normal numbers (Box–Muller; one of each pair). */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
