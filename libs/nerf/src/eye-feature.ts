// The eye feature of the head network: openness of the eyes over this person's 98th percentile. Training, evaluation
// and rendering scale by the same range.

/** Percentiles 2, 50 and 98 of the raw openness over the training frames. */
export interface EyeRange {
  readonly closed: number;
  readonly open: number;
  readonly wide: number;
}

/** Training clamps the feature to 0 … this value, so the network has seen nothing above it. */
const MAX_EYE_FEATURE = 1.2;

export function eyeRange(openness: Float32Array, trainFrames: number): EyeRange {
  const sorted = openness.slice(0, trainFrames).sort();
  const percentile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { closed: percentile(0.02), open: percentile(0.5), wide: Math.max(percentile(0.98), 1e-6) };
}

export function eyeFeature(openness: number, range: EyeRange): number {
  return Math.max(0, Math.min(MAX_EYE_FEATURE, openness / range.wide));
}
