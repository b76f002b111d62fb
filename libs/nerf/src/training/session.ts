// What head training and lips fine-tuning share: the clip's artifacts opened, surveyed and packed for the native trainer.
// Not here: the steps themselves, and what is judged (probe.ts).
import { join } from 'node:path';
import {
  clipJsonSchema,
  featuresJsonSchema,
  transformsSchema,
  PortraitError,
  type ArtifactRef,
  type ClipJson,
  type FeaturesJson,
  type StageContext,
  type Transforms,
} from '@portrait/contracts';
import type { HeadDataset } from '@portrait/kernels';
import { readNpy, readNpz, type NpyArray } from '@portrait/media';
import { fitAudioConditioning, type AudioConditioning } from '../audio-conditioning.js';
import { camerasOf } from '../camera.js';
import type { HeadModelParams } from '../config/head-params.js';
import { packHeadDataset, surveyLabels, type LabelSurvey, type TrainingInputs } from '../dataset.js';
import { splitFrames, type Split } from '../split.js';

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
  /** Openness of the eyes as the network sees it: 1 is this person's 98th percentile. [F] */
  eye: Float32Array;
  eyeRange: { closed: number; open: number; wide: number };
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
  const landmarks = await readNpz(await artifacts.path(inputs.landmarks, 'landmarks.npz'));
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

  const { eye, range } = eyeFeature(floats(landmarks, 'eyeOpenness'), split.trainFrames);
  const lipsRect = rects(landmarks, 'lipsRect');
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
    faceRect: rects(landmarks, 'faceRect'),
    lipsRect,
    leftEyeRect: rects(landmarks, 'leftEyeRect'),
    rightEyeRect: rects(landmarks, 'rightEyeRect'),
    trainFrames: usableFrames(split.trainFrames, landmarks['found']),
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
    mouthOpening: floats(landmarks, 'mouthOpening'),
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

/** Frames without a face have no trustworthy pose or rectangle: they are not learnt from. */
function usableFrames(trainFrames: number, found: NpyArray | undefined): Int32Array {
  return Int32Array.from(Array.from({ length: trainFrames }, (_, i) => i).filter((i) => !found || found.data[i] !== 0));
}

function eyeFeature(
  openness: Float32Array,
  trainFrames: number,
): { eye: Float32Array; range: HeadSession['eyeRange'] } {
  const sorted = openness.slice(0, trainFrames).sort();
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  const range = { closed: at(0.02), open: at(0.5), wide: Math.max(at(0.98), 1e-6) };
  return { eye: openness.map((x) => Math.max(0, Math.min(1.2, x / range.wide))), range };
}

function floats(arrays: Record<string, NpyArray>, name: string): Float32Array {
  const array = arrays[name];
  if (array?.dtype !== 'float32')
    throw new PortraitError('INCOMPATIBLE', `The landmarks have no array ${name}.`, {
      hint: 'Run the landmarks stage again.',
    });
  return array.data;
}

function rects(arrays: Record<string, NpyArray>, name: string): Float32Array {
  const array = arrays[name];
  if (!array)
    throw new PortraitError('INCOMPATIBLE', `The landmarks have no array ${name}.`, {
      hint: 'Run the landmarks stage again.',
    });
  // Stored as top, left, bottom, right; the kernels take left, top, right, bottom.
  const out = new Float32Array(array.data.length);
  for (let i = 0; i < out.length; i += 4)
    out.set([array.data[i + 1]!, array.data[i]!, array.data[i + 3]!, array.data[i + 2]!], i);
  return out;
}
