// Packs a clip for the native trainers: one file, frame after frame, 8 bytes for every pixel of a crop:
// colour (3), colour behind it (3), label or alpha (1), unused (1). The trainers read single pixels of it, so that the
// memory of training does not grow with the length of the clip.
import { open } from 'node:fs/promises';
import type { ArtifactReaderWriter, ArtifactRef, ClipJson } from '@portrait/contracts';
import { PortraitError } from '@portrait/contracts';
import { LABEL } from '@portrait/face';
import { readFrames, readImage } from '@portrait/media';
import { behindHead } from './behind-head.js';

export const PIXEL_BYTES = 8;

export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface LabelSurvey {
  /** Box of every head pixel of every frame, grown by `margin`. */
  head: Crop;
  /** Box of everything that is neck or torso. */
  torso: Crop;
  /** Head masks of every `maskEvery`-th frame: 1 inside. */
  masks: { frame: number; mask: Uint8Array }[];
}

export interface TrainingInputs {
  clip: ArtifactRef<'clip'>;
  labels: ArtifactRef<'labels'>;
  background: ArtifactRef<'background'>;
  torsoLayer: ArtifactRef<'torso-layer'>;
}

/** @param margin px */
export async function surveyLabels(
  artifacts: ArtifactReaderWriter,
  labels: ArtifactRef<'labels'>,
  clip: ClipJson,
  options: { margin: number; maskEvery: number; frames: number; signal: AbortSignal },
): Promise<LabelSurvey> {
  const { size } = clip;
  const boxes = { head: emptyBox(), torso: emptyBox() };
  const masks: LabelSurvey['masks'] = [];
  let frame = 0;
  for await (const gray of readFrames(await artifacts.path(labels, 'labels.mkv'), {
    pixelFormat: 'gray',
    signal: options.signal,
  })) {
    if (frame < options.frames) {
      for (let i = 0; i < gray.length; i++) {
        const label = gray[i]!;
        if (label !== LABEL.background) grow(label === LABEL.head ? boxes.head : boxes.torso, i % size, (i / size) | 0);
      }
      if (frame % options.maskEvery === 0)
        masks.push({ frame, mask: Uint8Array.from(gray, (label) => (label === LABEL.head ? 1 : 0)) });
    }
    frame++;
  }
  if (boxes.head.right < 0)
    throw new PortraitError('FACE_NOT_FOUND', 'No pixel of the clip is labelled head.', {
      hint: 'Look at the preview of semantic-parsing.',
    });
  return { head: toCrop(boxes.head, options.margin, size), torso: toCrop(boxes.torso, options.margin, size), masks };
}

/** Head data: the frame before what is behind its head; label 1 where the head is. */
export async function packHeadDataset(
  artifacts: ArtifactReaderWriter,
  inputs: TrainingInputs,
  clip: ClipJson,
  crop: Crop,
  out: string,
  options: { signal: AbortSignal },
): Promise<void> {
  const plate = await readPlate(artifacts, inputs.background, clip.size);
  const { signal } = options;
  await pack(
    out,
    crop,
    clip.size,
    {},
    [
      readFrames(await artifacts.path(inputs.clip, 'video.mkv'), { pixelFormat: 'rgb24', signal }),
      readFrames(await artifacts.path(inputs.torsoLayer, 'torso.mkv'), { pixelFormat: 'rgba', signal }),
      readFrames(await artifacts.path(inputs.labels, 'labels.mkv'), { pixelFormat: 'gray', signal }),
    ],
    ([rgb, torso, labels]) => {
      const behind = behindHead(rgb!, torso!, labels!, plate, clip.size);
      return (record, at, pixel) => {
        for (let c = 0; c < 3; c++) {
          record[at + c] = rgb![pixel * 3 + c]!;
          record[at + 3 + c] = behind[pixel * 3 + c]!;
        }
        record[at + 6] = labels![pixel] === LABEL.head ? 1 : 0;
      };
    },
  );
}

export interface TorsoDataset {
  crop: Crop;
  /** Frames of the clip that were packed, in order. */
  frames: number[];
}

/**
 * Torso data: the torso layer over the plate before the plate; alpha 255 where the layer is opaque. Packs every
 * `every`-th of the first `count` frames.
 */
export async function packTorsoDataset(
  artifacts: ArtifactReaderWriter,
  inputs: Pick<TrainingInputs, 'background' | 'torsoLayer'>,
  clip: ClipJson,
  out: string,
  options: { every: number; count: number; margin: number; signal: AbortSignal },
): Promise<TorsoDataset> {
  const { every, count, signal } = options;
  const plate = await readPlate(artifacts, inputs.background, clip.size);
  const layer = await artifacts.path(inputs.torsoLayer, 'torso.mkv');
  const box = emptyBox();
  let frame = 0;
  for await (const alpha of readFrames(layer, { pixelFormat: 'gray', filters: ['alphaextract'], signal })) {
    if (frame++ % every === 0)
      for (let i = 0; i < alpha.length; i++) if (alpha[i]! >= 128) grow(box, i % clip.size, (i / clip.size) | 0);
  }
  const crop = toCrop(box, options.margin, clip.size);
  const frames = Array.from({ length: Math.ceil(Math.min(count, frame) / every) }, (_, i) => i * every);
  const wanted = new Set(frames);
  await pack(
    out,
    crop,
    clip.size,
    { wanted },
    [readFrames(layer, { pixelFormat: 'rgba', signal })],
    ([torso]) =>
      (record, at, pixel) => {
        const opaque = torso![pixel * 4 + 3]! >= 128;
        for (let c = 0; c < 3; c++) {
          record[at + c] = opaque ? torso![pixel * 4 + c]! : plate[pixel * 3 + c]!;
          record[at + 3 + c] = plate[pixel * 3 + c]!;
        }
        record[at + 6] = opaque ? 255 : 0;
      },
  );
  return { crop, frames };
}

export async function readPlate(
  artifacts: ArtifactReaderWriter,
  background: ArtifactRef<'background'>,
  size: number,
): Promise<Uint8Array> {
  const image = await readImage(await artifacts.path(background, 'background.png'));
  if (image.width !== size || image.height !== size)
    throw new PortraitError(
      'INCOMPATIBLE',
      `The background is ${image.width}×${image.height}, the clip ${size}×${size}.`,
    );
  if (image.channels === 3) return image.data as Uint8Array;
  const rgb = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++)
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = image.data[i * image.channels + Math.min(c, image.channels - 1)]!;
  return rgb;
}

async function pack(
  out: string,
  crop: Crop,
  size: number,
  options: { wanted?: ReadonlySet<number> },
  sources: AsyncIterable<Uint8Array>[],
  fillOf: (frames: (Uint8Array | undefined)[]) => (record: Uint8Array, at: number, pixel: number) => void,
): Promise<void> {
  const file = await open(out, 'w');
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    for (let frame = 0; ; frame++) {
      const results = await Promise.all(iterators.map((it) => it.next()));
      if (results.some((r) => r.done)) {
        if (!results.every((r) => r.done))
          throw new PortraitError(
            'INCOMPATIBLE',
            `Frame ${frame}: clip, labels and torso layer do not have the same number of frames.`,
            { at: { frame }, hint: 'Run the stages after ingest again.' },
          );
        return;
      }
      if (options.wanted && !options.wanted.has(frame)) continue;
      const fill = fillOf(results.map((r) => r.value as Uint8Array));
      const record = new Uint8Array(crop.width * crop.height * PIXEL_BYTES);
      let at = 0;
      for (let y = crop.top; y < crop.top + crop.height; y++) {
        for (let x = crop.left; x < crop.left + crop.width; x++, at += PIXEL_BYTES) fill(record, at, y * size + x);
      }
      await file.write(record);
    }
  } finally {
    await Promise.all(iterators.map((it) => it.return?.()));
    await file.close();
  }
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const emptyBox = (): Box => ({ left: Infinity, top: Infinity, right: -1, bottom: -1 });

function grow(box: Box, x: number, y: number): void {
  if (x < box.left) box.left = x;
  if (x > box.right) box.right = x;
  if (y < box.top) box.top = y;
  if (y > box.bottom) box.bottom = y;
}

function toCrop(box: Box, margin: number, size: number): Crop {
  if (box.right < 0) return { left: 0, top: 0, width: size, height: size };
  const left = Math.max(0, box.left - margin);
  const top = Math.max(0, box.top - margin);
  return {
    left,
    top,
    width: Math.min(size, box.right + 1 + margin) - left,
    height: Math.min(size, box.bottom + 1 + margin) - top,
  };
}
