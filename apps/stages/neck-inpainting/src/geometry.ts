// The numbers of the in-painting, in pixels of the clip. Printed for pictures of 512 px; everything scales with the side.
// Sources: the paper's appendix A.1 ("replicates the top pixels of the segmented neck, exponentially darkened") and the
// constants of its released code; the head margin, the sink of the torso and the neck under the whole chin are ours.

/** Side of the picture the printed constants refer to, px. */
export const REFERENCE_SIZE = 512;

export interface StripOptions {
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

export interface StripGeometry {
  size: number;
  /** px round the head that belong to neither neck nor torso: its true edge is half head, half what lies behind. */
  headMargin: number;
  /** Lengths of the copied strips, px. */
  torsoStrip: number;
  neckStrip: number;
  /** A neck pixel counts as under the head when the head is at most this far above, px. */
  neckReach: number;
  /** How far below its top edge the colour of the neck or torso is taken, px. */
  neckSink: number;
  torsoSink: number;
  /** [neckStrip + 1] brightness k pixels up, in 256ths. */
  shade: Float32Array;
  /** Blur of the neck strip: taps at -radius..radius; integers, so that every backend sums the same. */
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

/** What the passes call a pixel. */
export const REGION = {
  /** Background; nothing is painted there. */
  outside: 0,
  neck: 1,
  torso: 2,
  /** Head. */
  head: 3,
  /** Neck or torso inside the margin of the head: its colour is not trusted, but something must be there. */
  margin: 4,
} as const;

/** Columns are described by four rows of numbers; -1 where a column has no such strip. */
export interface ColumnPlan {
  /** [size] row where the neck, or what stands for it under the chin, begins: the strip lies above it. */
  neckTop: Float32Array;
  /** [size] colour 0xRRGGBB copied upward from there. */
  neckColour: Float32Array;
  torsoTop: Float32Array;
  torsoColour: Float32Array;
}

/** What a backend does; all of them give the same numbers. Pictures are packed: one number 0xRRGGBB a pixel, exact in float32. */
export interface StripBackend {
  readonly name: string;
  readonly geometry: StripGeometry;
  /** labels [size²] 0..3 → regions [size²]. */
  regions(labels: Float32Array): Promise<Float32Array>;
  /** [4·size]: top row of the neck under the head, of the torso under the head, rows their colours are taken from; -1: none. */
  columns(regions: Float32Array): Promise<Float32Array>;
  /** Packed layer [size²], -1 where it is transparent. */
  paint(picture: Float32Array, regions: Float32Array, plan: ColumnPlan): Promise<Float32Array>;
  close(): Promise<void>;
}
