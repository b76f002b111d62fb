// Renders frames of a portrait: background, torso over it, head over both (paper, section 3.4).
// Not here: where pose, eyes and background come from (render stage), nor encoding.
import {
  featuresJsonSchema,
  PortraitError,
  transformsSchema,
  type ArtifactReaderWriter,
  type ArtifactRef,
  type FeaturesJson,
  type Transforms,
} from '@portrait/contracts';
import { appearanceOf } from './appearance.js';
import { openAudioInputs } from './audio-inputs.js';
import { intrinsicsOf, pose6, type Intrinsics } from './camera.js';
import { encoderInput, loadHead, type LoadedHead } from './head-artifact.js';
import { loadTorso, type LoadedTorso } from './torso-artifact.js';

export interface RenderRequest {
  /** [12] camera to world. */
  camera: Float32Array;
  /** Frame of the audio features, 25 a second; frames past the end hear how it ends. */
  audioFrame: number;
  /** Eye openness, 0 closed, 1 wide open (98th percentile of the training clip). */
  eye: number;
  /** RGB, size×size. Taken as what is behind the torso, or behind the head when `torso` is false. */
  background: Uint8Array;
  /** false: the background already holds the torso, as in the held-out evaluation of the head. Default true. */
  torso?: boolean;
  /** Also return the opacity of torso and head together. */
  wantAlpha?: boolean;
}

export interface RenderedFrame {
  /** RGB, size×size, owned by the caller. */
  rgb: Uint8Array;
  /** 0–255, present when asked for. */
  alpha?: Uint8Array;
  /** Samples evaluated by the head network. */
  samples: number;
}

export interface PortraitRenderer {
  readonly size: number;
  readonly intrinsics: Intrinsics;
  readonly transforms: Transforms;
  readonly features: FeaturesJson;
  readonly head: LoadedHead;
  /** Video frames the audio features cover. */
  readonly audioFrames: number;
  renderFrame(request: RenderRequest): Promise<RenderedFrame>;
}

export interface RendererInputs {
  head: ArtifactRef<'head'>;
  /** Without it only `torso: false` can be rendered. */
  torso?: ArtifactRef<'torso'>;
  poses: ArtifactRef<'poses'>;
  audioFeatures: ArtifactRef<'audio-features'>;
}

export interface RendererOptions {
  signal: AbortSignal;
  /** A ray ends when this share of light is left. Default 1e-4, the rule of the released code. */
  terminate?: number;
  /** Frames averaged for the audio input, odd, centred. Default 1: none. */
  audioSmoothing?: number;
  /** Frame of the clip whose appearance codes are used. Default: their mean over the training frames. */
  appearance?: number;
}

/** @throws PortraitError INCOMPATIBLE when the features come from another extractor than the head was trained with. */
export async function openPortraitRenderer(
  artifacts: ArtifactReaderWriter,
  inputs: RendererInputs,
  options: RendererOptions,
): Promise<PortraitRenderer> {
  const { signal, terminate = 1e-4 } = options;
  const head = await loadHead(artifacts, inputs.head);
  const torso = inputs.torso ? await loadTorso(artifacts, inputs.torso) : null;
  const codes = options.appearance === undefined ? null : appearanceOf(options.appearance, head, torso);
  const transforms = await artifacts.readJson(inputs.poses, 'transforms.json', transformsSchema);
  const features = await artifacts.readJson(inputs.audioFeatures, 'features.json', featuresJsonSchema);
  requireSameExtractor(head, features);
  const audio = openAudioInputs(
    await artifacts.path(inputs.audioFeatures, 'features.npy'),
    head.conditioning,
    options.audioSmoothing,
  );
  const audioFrames = Math.ceil(features.length / 2);
  const intrinsics = intrinsicsOf(transforms);
  const size = intrinsics.width;

  return {
    size,
    intrinsics,
    transforms,
    features,
    head,
    audioFrames,
    async renderFrame(request) {
      const { camera, eye } = request;
      let behind = request.background;
      let torsoAlpha: Uint8Array | undefined;
      if (request.torso ?? true) {
        if (!torso) throw new PortraitError('INVALID_ARGUMENT', 'This renderer was opened without a torso.');
        behind = new Uint8Array(size * size * 3);
        torsoAlpha = request.wantAlpha ? new Uint8Array(size * size) : undefined;
        await renderTorso(
          torso,
          { camera, size, background: request.background, ...(codes?.torso && { code: codes.torso }) },
          behind,
          torsoAlpha,
          signal,
        );
      }
      const rgb = new Uint8Array(size * size * 3);
      const weights = request.wantAlpha ? new Float32Array(size * size) : undefined;
      const view = {
        ...intrinsics,
        camera,
        audio: encoderInput(head.json.model, await audio.around(request.audioFrame)),
        eye,
        background: behind,
        ...(codes && { appearance: codes.head }),
      };
      const { samples } = await head.head.render(view, rgb, {
        signal,
        terminate,
        ...(weights ? { weightsSum: weights } : {}),
      });
      if (!weights) return { rgb, samples };
      const alpha = new Uint8Array(size * size);
      for (let i = 0; i < alpha.length; i++)
        alpha[i] = Math.round(255 * (1 - (1 - weights[i]!) * (1 - (torsoAlpha ? torsoAlpha[i]! / 255 : 0))));
      return { rgb, alpha, samples };
    },
  };
}

async function renderTorso(
  torso: LoadedTorso,
  frame: { camera: Float32Array; size: number; background: Uint8Array; code?: Float32Array },
  out: Uint8Array,
  alphaOut: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { camera, size, background, code } = frame;
  const reference = Float32Array.from(torso.json.referencePose);
  await torso.torso.render(
    { pose6: pose6(camera, reference), width: size, height: size, background, signal, ...(code && { code }) },
    out,
    alphaOut ? { alphaOut } : {},
  );
}

/** @throws PortraitError INCOMPATIBLE, both extractors named */
export function requireSameExtractor(head: LoadedHead, features: FeaturesJson): void {
  const { extractor } = head.json;
  if (extractor.name === features.extractor && extractor.version === features.version) return;
  throw new PortraitError(
    'INCOMPATIBLE',
    `The portrait was trained on audio features of ${extractor.name} (version ${extractor.version}), these are of ${features.extractor} (version ${features.version}).`,
    {
      hint: `Make the features with audio-features.extractor=${extractor.name}.`,
    },
  );
}
