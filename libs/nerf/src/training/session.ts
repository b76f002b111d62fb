// What head training and lips fine-tuning share: the clip's artifacts opened, surveyed and packed for the native
// trainer. Not here: the steps themselves, and what is judged (probe.ts).
import { join } from 'node:path';
import {
  clipJsonSchema,
  featuresJsonSchema,
  transformsSchema,
  PortraitError,
  type ArtifactRef,
  type ClipJson,
  type FeaturesJson,
  type HeadModelParams,
  type StageContext,
  type Transforms,
} from '@portrait/contracts';
import type { HeadDataset } from '@portrait/kernels';
import { readLandmarks } from '@portrait/face';
import { readNpy } from '@portrait/media';
import { fitAudioConditioning, type AudioConditioning } from '../audio-conditioning.js';
import { camerasOf } from '../camera.js';
import { eyeFeature, eyeRange, type EyeRange } from '../eye-feature.js';
import { packHeadDataset, surveyLabels, type LabelSurvey, type TrainingInputs } from '../dataset.js';
import { splitFrames, type Split } from '../split.js';

const LANDMARKS = [
  'eyeOpenness',
  'mouthOpening',
  'found',
  'faceRect',
  'lipsRect',
  'leftEyeRect',
  'rightEyeRect',
] as const;

export interface HeadInputs extends TrainingInputs {
  landmarks: ArtifactRef<'landmarks'>;
  poses: ArtifactRef<'poses'>;
  audioFeatures: ArtifactRef<'audio-features'>;
}

export interface HeadSession {
  clip: ClipJson;
  features: FeaturesJson;
  transforms: Transforms;
  split: Split;
  survey: LabelSurvey;
  conditioning: AudioConditioning;
  model: HeadModelParams;
  dataset: HeadDataset;
  /** Eye feature of each frame. [F] */
  eye: Float32Array;
  eyeRange: EyeRange;
  /** Inner lips' distance over the height of the face, as measured on the clip. [F] */
  mouthOpening: Float32Array;
  /** left, top, right, bottom, px of the full picture. [F,4] */
  lipsRect: Float32Array;
}

/** @param given the conditioning of a head that is trained further; without it one is fitted to the training frames */
export async function openHeadSession(
  ctx: StageContext,
  inputs: HeadInputs,
  model: HeadModelParams,
  given?: AudioConditioning,
): Promise<HeadSession> {
  const { artifacts, signal } = ctx;
  const clip = await artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);
  const transforms = await artifacts.readJson(inputs.poses, 'transforms.json', transformsSchema);
  const features = await artifacts.readJson(inputs.audioFeatures, 'features.json', featuresJsonSchema);
  const landmarks = await readLandmarks(artifacts, inputs.landmarks, clip.frames, LANDMARKS);
  if (transforms.frames.length !== clip.frames)
    throw new PortraitError(
      'INCOMPATIBLE',
      `The clip has ${clip.frames} frames, the track ${transforms.frames.length}.`,
      { hint: 'Run face-tracking again.' },
    );

  const split = splitFrames(clip.frames);
  const featureRows = (await readNpy(await artifacts.path(inputs.audioFeatures, 'features.npy'))).data as Float32Array;
  const conditioning = given ?? fitConditioning(model, featureRows, features.channels, split.trainFrames);
  if (conditioning.channels !== features.channels)
    throw new PortraitError(
      'INCOMPATIBLE',
      `The head was trained on features of ${conditioning.channels} channels, these have ${features.channels}.`,
    );

  const margin = Math.max(4, Math.round(clip.size / 48));
  const survey = await surveyLabels(artifacts, inputs.labels, clip, {
    margin,
    maskEvery: Math.max(1, Math.floor(split.trainFrames / 60)),
    frames: split.trainFrames,
    signal,
  });
  const path = join(ctx.scratchDir, 'head.pixels');
  await packHeadDataset(artifacts, inputs, clip, survey.head, path, { signal });

  const range = eyeRange(landmarks.eyeOpenness, split.trainFrames);
  const eye = landmarks.eyeOpenness.map((openness) => eyeFeature(openness, range));
  const lipsRect = kernelRects(landmarks.lipsRect);
  const dataset: HeadDataset = {
    packedPath: path,
    frames: clip.frames,
    crop: survey.head,
    focal: transforms.focal_len,
    cx: transforms.cx,
    cy: transforms.cy,
    cameras: camerasOf(transforms),
    eye,
    audio: conditioning.inputs(featureRows, clip.frames),
    faceRect: kernelRects(landmarks.faceRect),
    lipsRect,
    leftEyeRect: kernelRects(landmarks.leftEyeRect),
    rightEyeRect: kernelRects(landmarks.rightEyeRect),
    trainFrames: usableFrames(split.trainFrames, landmarks.found),
  };
  return {
    clip,
    features,
    transforms,
    split,
    survey,
    conditioning,
    model,
    dataset,
    eye,
    eyeRange: range,
    mouthOpening: landmarks.mouthOpening,
    lipsRect,
  };
}

function fitConditioning(
  model: HeadModelParams,
  features: Float32Array,
  channels: number,
  trainFrames: number,
): AudioConditioning {
  return fitAudioConditioning(features, channels, trainFrames, {
    kind: model.audioNetwork === 'mlp' ? 'pca' : 'window',
    components: model.audioComponents,
    channelComponents: Math.min(channels, model.audioChannelComponents),
  });
}

/** Training skips frames without a face: their pose and rectangles are interpolated. */
function usableFrames(trainFrames: number, found: Uint8Array): Int32Array {
  return Int32Array.from(Array.from({ length: trainFrames }, (_, i) => i).filter((i) => found[i] !== 0));
}

/** The file stores top, left, bottom, right; the kernels take left, top, right, bottom. */
function kernelRects(rects: Int32Array): Float32Array {
  const out = new Float32Array(rects.length);
  for (let i = 0; i < out.length; i += 4) out.set([rects[i + 1]!, rects[i]!, rects[i + 3]!, rects[i + 2]!], i);
  return out;
}
