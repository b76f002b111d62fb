// Frames of footage mode: a recorded frame, or a fade between two, with the head of the portrait rendered into it.
// Not here: which recorded frame comes when, and the pose that belongs to it (render stage).
import {
  clipJsonSchema,
  PortraitError,
  type ArtifactReaderWriter,
  type ArtifactRef,
  type ClipJson,
} from '@portrait/contracts';
import { LABEL } from '@portrait/face';
import { readPlate } from '../dataset.js';
import {
  openPortraitRenderer,
  type PortraitRenderer,
  type RendererInputs,
  type RendererOptions,
} from '../portrait-renderer.js';
import type { ColourMatch } from './colour-match.js';
import { behindFootage, composeFootage, type FootageFrame } from './compose.js';
import { openFootage, type FootageInputs } from './footage-reader.js';
import { readHeadPoints } from './head-points.js';
import type { LoopFrame } from './loop.js';
import { replacedRegion, type RegionMask, type Replaced } from './replaced-region.js';

export interface FootageRendererInputs extends Omit<RendererInputs, 'torso'>, FootageInputs {
  background: ArtifactRef<'background'>;
  landmarks: ArtifactRef<'landmarks'>;
}

export interface FootageRendererOptions extends RendererOptions {
  replace: Replaced;
  /** With `head`: leave the eyes as recorded. */
  keepEyes: boolean;
}

export interface FootageRequest {
  /** The recorded frame, by number in the clip. */
  base: LoopFrame;
  /** [12] camera to world of its pose. */
  camera: Float32Array;
  /** Frame of the speech. */
  audioFrame: number;
  eye: number;
  /** Share of the resting mouth, 0…1. */
  rest?: number;
}

export interface ComposedFrame {
  /** RGB, size×size, owned by the caller. */
  rgb: Uint8Array;
  /** The frame as recorded, faded where the base is. */
  recorded: FootageFrame;
  mask: RegionMask;
  match: ColourMatch;
  /** Samples evaluated by the head network. */
  samples: number;
}

export interface FootageRenderer {
  readonly size: number;
  readonly portrait: PortraitRenderer;
  renderFrame(request: FootageRequest): Promise<ComposedFrame>;
  close(): Promise<void>;
}

/** @throws PortraitError INCOMPATIBLE when labels or torso layer are of another clip */
export async function openFootageRenderer(
  artifacts: ArtifactReaderWriter,
  inputs: FootageRendererInputs,
  options: FootageRendererOptions,
): Promise<FootageRenderer> {
  const clip = await artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);
  await requireSameClip(artifacts, inputs, clip);
  const portrait = await openPortraitRenderer(artifacts, inputs, options);
  const { transforms, intrinsics, size } = portrait;
  const region = replacedRegion(
    await readHeadPoints(artifacts, inputs.landmarks, transforms, clip.frames),
    intrinsics,
    options.replace,
    options.keepEyes,
  );
  const plate = await readPlate(artifacts, inputs.background, size);
  const footage = await openFootage(artifacts, inputs, clip, options.signal);

  return {
    size,
    portrait,
    async renderFrame({ base, camera, audioFrame, eye, rest = 0 }) {
      const recorded = await baseFrame(footage.read, base);
      const mask = region.mask(camera);
      const behind = behindFootage(recorded, plate, size, mask.window);
      const { rgb, opacity, samples } = await portrait.renderFrame({
        camera,
        audioFrame,
        eye,
        rest,
        background: behind,
        torso: false,
        window: mask.window,
        region: Uint8Array.from(mask.alpha, (share) => (share > 0 ? 1 : 0)),
        wantOpacity: true,
      });
      const composed = composeFootage(recorded, size, mask, behind, { rgb, opacity: opacity! });
      return { ...composed, recorded, mask, samples };
    },
    close: () => footage.close(),
  };
}

async function requireSameClip(artifacts: ArtifactReaderWriter, inputs: FootageInputs, clip: ClipJson): Promise<void> {
  for (const [ref, file] of [
    [inputs.labels, 'labels.json'],
    [inputs.torsoLayer, 'torso.json'],
  ] as const) {
    const { size, frames } = await artifacts.readJson<{ size: number; frames: number }>(ref, file);
    if (size === clip.size && frames === clip.frames) continue;
    throw new PortraitError(
      'INCOMPATIBLE',
      `The ${ref.kind} has ${frames} frames of ${size} px, the clip ${clip.frames} of ${clip.size} px.`,
      { hint: 'Use the parts of one and the same portrait.', at: { file } },
    );
  }
}

async function baseFrame(read: (frame: number) => Promise<FootageFrame>, base: LoopFrame): Promise<FootageFrame> {
  const frame = await read(base.frame);
  if (base.other === undefined || base.weight === 0) return frame;
  return fade(frame, await read(base.other), base.weight);
}

/**
 * Colours are mixed; a pixel counts as head when either frame shows the head there, so that none is left beside the
 * mask.
 */
export function fade(a: FootageFrame, b: FootageFrame, weight: number): FootageFrame {
  const nearer = weight < 0.5 ? a : b;
  const torso = nearer.torso.slice();
  for (let p = 0; p < torso.length; p += 4) {
    if (a.torso[p + 3]! < 128 || b.torso[p + 3]! < 128) continue;
    for (let c = p; c < p + 3; c++) torso[c] = a.torso[c]! + weight * (b.torso[c]! - a.torso[c]!) + 0.5;
  }
  const labels = nearer.labels.slice();
  for (let p = 0; p < labels.length; p++)
    if (a.labels[p] === LABEL.head || b.labels[p] === LABEL.head) labels[p] = LABEL.head;
  const rgb = new Uint8Array(a.rgb.length);
  for (let k = 0; k < rgb.length; k++) rgb[k] = a.rgb[k]! + weight * (b.rgb[k]! - a.rgb[k]!) + 0.5;
  return { rgb, torso, labels };
}
