// Judges footage mode on held-out frames: the rendered face or head inside the recorded frame. Pose and torso are those
// of the frame, what is replaced is rendered from the sound; since most pixels are recorded, the replaced region has
// figures of its own, and so have the places where it meets the recording.
import type { ArtifactReaderWriter, ArtifactRef, ClipJson } from '@portrait/contracts';
import {
  behindFootage,
  both,
  cameraFromTransform,
  composeFootage,
  findLoop,
  loopJump,
  meanDifference,
  neckBand,
  openFootage,
  psnr,
  readPlate,
  replacedPixels,
  replacedRegion,
  seamVisibility,
  type FootageFrame,
  type HeadPoints,
  type PortraitRenderer,
  type RegionMask,
  type Replaced,
} from '@portrait/nerf';

/** Windows of a mask, and the picture that was made with it. */
export interface Composite {
  rgb: Uint8Array;
  mask: RegionMask;
}

export type Composites = Record<Replaced, Composite>;

export interface FootageUnderTest {
  /** Both composites of a frame: one rendering, laid into the frame with either mask. */
  compose(frame: number, base: FootageFrame): Promise<Composites>;
}

export interface FootageInputs {
  clip: ArtifactRef<'clip'>;
  labels: ArtifactRef<'labels'>;
  torsoLayer: ArtifactRef<'torso-layer'>;
  background: ArtifactRef<'background'>;
}

/** @param eye eye feature of a frame */
export async function openFootageUnderTest(
  artifacts: ArtifactReaderWriter,
  inputs: FootageInputs,
  renderer: PortraitRenderer,
  points: HeadPoints,
  eye: (frame: number) => number,
): Promise<FootageUnderTest> {
  const { size, intrinsics, transforms } = renderer;
  const regions = {
    face: replacedRegion(points, intrinsics, 'face', true),
    head: replacedRegion(points, intrinsics, 'head', true),
  };
  const plate = await readPlate(artifacts, inputs.background, size);
  return {
    async compose(frame, base) {
      const camera = cameraFromTransform(transforms.frames[frame]!.transform_matrix);
      const compose = async (replace: Replaced): Promise<Composite> => {
        const mask = regions[replace].mask(camera);
        const behind = behindFootage(base, plate, size, mask.window);
        const { rgb, opacity } = await renderer.renderFrame({
          camera,
          audioFrame: frame,
          eye: eye(frame),
          background: behind,
          torso: false,
          window: mask.window,
          wantOpacity: true,
        });
        return { rgb: composeFootage(base, size, mask, behind, { rgb, opacity: opacity! }).rgb, mask };
      };
      return { face: await compose('face'), head: await compose('head') };
    },
  };
}

export interface CompositeMeasure {
  psnrFull: number | null;
  psnrReplaced: number | null;
  lpips: number | null;
  seam: number | null;
}

export interface FootageMeasure {
  face: CompositeMeasure;
  head: CompositeMeasure;
  /** Of the composite with the face. */
  neckPsnr: number | null;
  /** Change of the neck band since the frame before, levels; null where the frame before was not looked at. */
  neckChange: { rendered: number; recorded: number } | null;
}

/** Measures composites of rising frames against what was recorded. */
export class FootageMeasurer {
  private before: { frame: number; rendered: Uint8Array; recorded: Uint8Array; band: Uint8Array } | null = null;

  constructor(
    private readonly size: number,
    private readonly cuts: readonly number[],
  ) {}

  /** @param lpips null where it is not asked for */
  async measure(
    frame: number,
    base: FootageFrame,
    composites: Composites,
    lpips: ((a: Uint8Array, b: Uint8Array) => Promise<number>) | null,
  ): Promise<FootageMeasure> {
    const { size } = this;
    const band = neckBand(base.labels, size);
    const of = async ({ rgb, mask }: Composite): Promise<CompositeMeasure> => ({
      psnrFull: psnr(base.rgb, rgb, size),
      psnrReplaced: psnr(base.rgb, rgb, size, { mask: replacedPixels(mask, size) }),
      lpips: lpips && (await lpips(base.rgb, rgb)),
      seam: seamVisibility(rgb, base.rgb, mask, size),
    });
    const measure = {
      face: await of(composites.face),
      head: await of(composites.head),
      neckPsnr: psnr(base.rgb, composites.face.rgb, size, { mask: band }),
      neckChange: this.neckChange(frame, composites.face.rgb, base.rgb, band),
    };
    this.before = { frame, rendered: composites.face.rgb, recorded: base.rgb, band };
    return measure;
  }

  private neckChange(
    frame: number,
    rendered: Uint8Array,
    recorded: Uint8Array,
    band: Uint8Array,
  ): FootageMeasure['neckChange'] {
    const { before } = this;
    if (before?.frame !== frame - 1 || this.cuts.includes(frame)) return null;
    const there = both(band, before.band);
    const change = {
      rendered: meanDifference(before.rendered, rendered, there),
      recorded: meanDifference(before.recorded, recorded, there),
    };
    return change.rendered === null || change.recorded === null
      ? null
      : { rendered: change.rendered, recorded: change.recorded };
  }
}

/** How visible the jump is in the loop that a long video of this clip goes round in. */
export async function judgeLoop(
  artifacts: ArtifactReaderWriter,
  inputs: FootageInputs,
  clip: ClipJson,
  renderer: PortraitRenderer,
  points: HeadPoints,
  signal: AbortSignal,
): Promise<{ seconds: number; jump: number | null } | null> {
  const borders = [0, ...clip.cuts, clip.frames];
  const longest = borders
    .slice(1)
    .map((end, k) => ({ start: borders[k]!, length: end - borders[k]! }))
    .reduce((best, segment) => (segment.length > best.length ? segment : best));
  const { start, length } = longest;
  const loop = await findLoop(artifacts, inputs.clip, renderer.transforms, points, start, length, signal);
  if (!loop) return null;
  const footage = await openFootage(artifacts, inputs, clip, signal);
  try {
    return { seconds: (loop.end - loop.start) / clip.fps, jump: await loopJump(footage.read, start, loop) };
  } finally {
    await footage.close();
  }
}
