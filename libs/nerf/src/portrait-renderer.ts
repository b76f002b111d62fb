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
import { kernelInfo } from '@portrait/kernels';
import { appearanceOf } from './appearance.js';
import { openAudioInputs } from './audio-inputs.js';
import type { Window } from './behind-head.js';
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
  /** Draw only these pixels: background and results have the window's size. With `torso: false` only. */
  window?: Window;
  /** Draw the head at these pixels of the window only, [height, width]; elsewhere the background stays. */
  region?: Uint8Array;
  /** Also return the head's opacity as it is. */
  wantOpacity?: boolean;
  /** Share of the resting mouth in what the head hears, 0…1. Default 0. */
  rest?: number;
}

export interface RenderedFrame {
  /** RGB, size×size, owned by the caller. */
  rgb: Uint8Array;
  /** 0–255, present when asked for. */
  alpha?: Uint8Array;
  /** 0…1, present when asked for. */
  opacity?: Float32Array;
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
  /** Transmittance below which a ray ends: the render parameter `terminate`. Released code: 1e-4. */
  earlyStopEps: number;
  /** Of the head's network products; 'auto' is bf16 where the processor has AMX. Default 'fp32'. */
  precision?: 'auto' | 'fp32' | 'bf16';
  /** Frames averaged for the audio input, odd, centred. Default 1: none. */
  audioSmoothing?: number;
  /** Frame of the clip whose appearance codes are used. Default: their mean over the training frames. */
  appearance?: number;
  /** What is heard at rest: a frame of other audio features. Needed for `rest` of a request. */
  rest?: { audioFeatures: ArtifactRef<'audio-features'>; frame: number };
}

/** @throws PortraitError INCOMPATIBLE when the features come from another extractor than the head was trained with. */
export async function openPortraitRenderer(
  artifacts: ArtifactReaderWriter,
  inputs: RendererInputs,
  options: RendererOptions,
): Promise<PortraitRenderer> {
  const { signal, earlyStopEps } = options;
  const precision = precisionOf(options.precision ?? 'fp32');
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
  const atRest = options.rest ? await restInputs(artifacts, head, options.rest) : null;
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
      const window = request.window ?? { left: 0, top: 0, width: size, height: size };
      const pixels = window.width * window.height;
      let behind = request.background;
      let torsoAlpha: Uint8Array | undefined;
      if (request.torso ?? true) {
        if (!torso) throw new PortraitError('INVALID_ARGUMENT', 'This renderer was opened without a torso.');
        if (request.window) throw new PortraitError('INVALID_ARGUMENT', 'A torso is drawn whole, not in a window.');
        behind = new Uint8Array(pixels * 3);
        torsoAlpha = request.wantAlpha ? new Uint8Array(pixels) : undefined;
        await renderTorso(
          torso,
          { camera, size, background: request.background, ...(codes?.torso && { code: codes.torso }) },
          behind,
          torsoAlpha,
          signal,
        );
      }
      const rgb = new Uint8Array(pixels * 3);
      const opacity = request.wantAlpha || request.wantOpacity ? new Float32Array(pixels) : undefined;
      const heard = await audio.around(request.audioFrame);
      if (request.rest) mixInto(heard, atRest, request.rest);
      const view = {
        focal: intrinsics.focal,
        cx: intrinsics.cx - window.left,
        cy: intrinsics.cy - window.top,
        width: window.width,
        height: window.height,
        camera,
        audio: encoderInput(head.json.model, heard),
        eye,
        background: behind,
        ...(request.region && { region: request.region }),
        ...(codes && { appearance: codes.head }),
      };
      const { samples } = await head.head.render(view, rgb, {
        signal,
        earlyStopEps,
        precision,
        ...(opacity ? { weightsSum: opacity } : {}),
      });
      return {
        rgb,
        samples,
        ...(request.wantOpacity && opacity && { opacity }),
        ...(request.wantAlpha && opacity && { alpha: alphaOf(opacity, torsoAlpha) }),
      };
    },
  };
}

function precisionOf(wanted: 'auto' | 'fp32' | 'bf16'): 'fp32' | 'bf16' {
  if (wanted !== 'auto') return wanted;
  // Measured: AMX nearly doubles the speed; AVX512-BF16 alone was slower than fp32 on the one processor tried.
  return kernelInfo().bf16 === 'amx_bf16' ? 'bf16' : 'fp32';
}

/** Opacity of torso and head together, 0–255. */
function alphaOf(head: Float32Array, torso: Uint8Array | undefined): Uint8Array {
  const alpha = new Uint8Array(head.length);
  for (let i = 0; i < alpha.length; i++)
    alpha[i] = Math.round(255 * (1 - (1 - head[i]!) * (1 - (torso ? torso[i]! / 255 : 0))));
  return alpha;
}

async function restInputs(
  artifacts: ArtifactReaderWriter,
  head: LoadedHead,
  { audioFeatures, frame }: NonNullable<RendererOptions['rest']>,
): Promise<Float32Array> {
  requireSameExtractor(head, await artifacts.readJson(audioFeatures, 'features.json', featuresJsonSchema));
  return openAudioInputs(await artifacts.path(audioFeatures, 'features.npy'), head.conditioning).around(frame);
}

function mixInto(heard: Float32Array, rest: Float32Array | null, share: number): void {
  if (!rest) throw new PortraitError('INVALID_ARGUMENT', 'This renderer was opened without a resting mouth.');
  for (let i = 0; i < heard.length; i++) heard[i]! += share * (rest[i]! - heard[i]!);
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
    `The portrait was trained on audio features of ${extractor.name} (version ` +
      `${extractor.version}), these are of ${features.extractor} (version ${features.version}).`,
    {
      hint: `Make the features with audio-features.extractor=${extractor.name}.`,
    },
  );
}
