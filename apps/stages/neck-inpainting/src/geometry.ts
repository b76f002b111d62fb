// Lengths of the in-painting in pixels of the clip; options are px of a 512 px picture and scale with the side.
// Sources: the paper's appendix A.1 ("replicates the top pixels of the segmented neck, exponentially darkened") and the
// constants of its released code. Head margin, torso sink and the neck under the whole chin are ours.

/** Side of the picture that the options refer to, px. */
const REFERENCE_SIZE = 512;

interface StripOptions {
  headMargin: number;
  torsoStrip: number;
  neckStrip: number;
  neckReach: number;
  neckSink: number;
  torsoSink: number;
  darken: number;
  blurRadius: number;
  blurSigma: number;
}

/** Its numbers are written to torso.json under these names. */
export interface StripGeometry {
  size: number;
  /** px around the head that count as neither neck nor torso: edge pixels are half head. */
  headMargin: number;
  /** Lengths of the copied strips, px. */
  torsoStrip: number;
  neckStrip: number;
  /** Maximum gap between neck and head that still counts as touching, px. */
  neckReach: number;
  /** Distance below the top edge at which the colour of neck or torso is taken, px. */
  neckSink: number;
  torsoSink: number;
  /** [neckStrip + 1] brightness k pixels up, in 256ths. */
  shade: Float32Array;
  /** Blur of the neck strip: taps at -radius…radius; integers, so that every backend computes the same sum. */
  blurRadius: number;
  blurWeights: Float32Array;
}

export function stripGeometry(size: number, options: StripOptions): StripGeometry {
  const scale = size / REFERENCE_SIZE;
  const pixels = (atReference: number): number =>
    atReference === 0 ? 0 : Math.max(1, Math.round(atReference * scale));
  const neckStrip = pixels(options.neckStrip),
    torsoStrip = pixels(options.torsoStrip);
  const blurRadius = pixels(options.blurRadius);
  return {
    size,
    neckStrip,
    torsoStrip,
    blurRadius,
    headMargin: pixels(options.headMargin),
    neckReach: pixels(options.neckReach),
    neckSink: pixels(options.neckSink),
    torsoSink: pixels(options.torsoSink),
    shade: Float32Array.from({ length: Math.max(neckStrip, torsoStrip) + 1 }, (_, k) =>
      Math.round(256 * options.darken ** (k / scale)),
    ),
    blurWeights: Float32Array.from({ length: 2 * blurRadius + 1 }, (_, i) => {
      const d = (i - blurRadius) / (options.blurSigma * scale);
      return Math.max(1, Math.round(8 * Math.exp(-0.5 * d * d)));
    }),
  };
}

/** Regions of the passes. */
export const REGION = {
  /** Background: never painted. */
  outside: 0,
  neck: 1,
  torso: 2,
  head: 3,
  /** Neck or torso inside the margin of the head: painted, but not from its own colour. */
  margin: 4,
} as const;

/** Columns are described by four rows of numbers; -1 where a column has no such strip. */
export interface ColumnPlan {
  /** [size] row where the neck, or its substitute under the chin, begins; the strip lies above it. */
  neckTop: Float32Array;
  /** [size] colour 0xRRGGBB copied upward from there. */
  neckColour: Float32Array;
  torsoTop: Float32Array;
  torsoColour: Float32Array;
}

/**
 * One implementation of the passes; all give the same numbers. Pictures are packed: 0xRRGGBB per pixel, exact in
 * float32.
 */
export interface StripBackend {
  readonly name: string;
  readonly geometry: StripGeometry;
  /** labels [size²] 0..3 → regions [size²]. */
  regions(labels: Float32Array): Promise<Float32Array>;
  /** [4·size]: top rows of neck and torso under the head, then the rows of their colours; -1 for none. */
  columns(regions: Float32Array): Promise<Float32Array>;
  /** Packed layer [size²], -1 where it is transparent. */
  paint(picture: Float32Array, regions: Float32Array, plan: ColumnPlan): Promise<Float32Array>;
  close(): Promise<void>;
}
