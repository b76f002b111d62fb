// Looks at a head while it is being trained: renders held-out frames over the true background and measures what a
// person would see. The mouth is judged by the same detector on both sides, beside the same render with wrong audio.
import { open } from 'node:fs/promises';
import type { FaceLandmarker } from '@portrait/face';
import { mouthOpening } from '@portrait/face';
import type { Head, HeadView } from '@portrait/kernels';
import type { Image } from '@portrait/media';
import { PIXEL_BYTES } from '../dataset.js';
import { encoderInput } from '../head-artifact.js';
import { correlation, deviation } from '../statistics.js';
import type { HeadSession } from './session.js';
import { HEAD_TRAINING_CONSTANTS } from './trainer-options.js';

export interface ProbeResult {
  /** dB inside the head mask, mean over frames. */
  psnrHead: number;
  /** dB inside the lips rectangle. */
  psnrMouth: number;
  /** Pearson correlation of mouth opening, rendered against true; 0 when the face is not found often enough. */
  mouthCorrelation: number;
  /** Its standard deviation, rendered over true. */
  mouthAmplitude: number;
  /** Share of rendered frames in which the detector finds a face. */
  faceFound: number;
  pairs: { frame: number; truth: Image; rendered: Image }[];
}

export interface ProbeOptions {
  frames: readonly number[];
  /**
   * Audio of frame (i + shift) instead of i, wrapped inside the held-out part: what the mouth does with wrong sound.
   */
  audioShift?: number;
  keep?: number;
  signal: AbortSignal;
}

export async function probeHead(
  session: HeadSession,
  head: Head,
  landmarker: FaceLandmarker,
  options: ProbeOptions,
): Promise<ProbeResult> {
  const { crop } = session.dataset;
  const { frames, audioShift = 0, keep = 0, signal } = options;
  const file = await open(session.dataset.packedPath, 'r');
  const out = new Uint8Array(crop.width * crop.height * 3);
  const record = new Uint8Array(crop.width * crop.height * PIXEL_BYTES);
  const inHead = { sum: 0, count: 0 };
  const mouth = { sum: 0, count: 0 };
  const opening: number[] = [];
  const truth: number[] = [];
  const pairs: ProbeResult['pairs'] = [];
  try {
    for (const [i, frame] of frames.entries()) {
      signal.throwIfAborted();
      await file.read(record, 0, record.length, frame * record.length);
      const { rgb, background, labels } = split(record);
      await head.render(viewOf(session, frame, shiftedFrame(session, frame, audioShift), background), out, {
        signal,
        earlyStopEps: HEAD_TRAINING_CONSTANTS.earlyStopEps,
      });
      addPsnr(inHead, rgb, out, (p) => labels[p] === 1);
      const rect = session.lipsRect.subarray(frame * 4, frame * 4 + 4);
      addPsnr(mouth, rgb, out, (p) => inside(rect, crop.left + (p % crop.width), crop.top + ((p / crop.width) | 0)));
      const [face] = await landmarker.detect(toRgba(out), crop.width, crop.height);
      if (face) {
        opening.push(mouthOpening(face.points));
        truth.push(session.mouthOpening[frame]!);
      }
      if (keep > 0 && i % Math.max(1, Math.floor(frames.length / keep)) === 0 && pairs.length < keep) {
        pairs.push({ frame, truth: picture(rgb, crop), rendered: picture(out.slice(), crop) });
      }
    }
  } finally {
    await file.close();
  }
  const enough = opening.length >= Math.max(8, frames.length / 2);
  return {
    psnrHead: inHead.sum / inHead.count,
    psnrMouth: mouth.sum / mouth.count,
    mouthCorrelation: enough ? correlation(opening, truth) : 0,
    mouthAmplitude: enough ? deviation(opening) / Math.max(deviation(truth), 1e-9) : 0,
    faceFound: opening.length / frames.length,
    pairs,
  };
}

/** The view of one frame, cut to the crop: same rays, fewer of them. */
function viewOf(session: HeadSession, frame: number, audioFrame: number, background: Uint8Array): HeadView {
  const { dataset } = session;
  const { crop } = dataset;
  return {
    camera: dataset.cameras.subarray(frame * 12, frame * 12 + 12),
    focal: dataset.focal,
    cx: dataset.cx - crop.left,
    cy: dataset.cy - crop.top,
    width: crop.width,
    height: crop.height,
    audio: encoderInput(session.model, gatherAudio(dataset.audio, dataset.audio.length / dataset.frames, audioFrame)),
    eye: session.eye[frame]!,
    background,
  };
}

/** The 8 windows i−4 … i+3 that audio attention looks at (paper, section 3.3), zeros beyond the ends. */
function gatherAudio(inputs: Float32Array, inputDim: number, frame: number): Float32Array {
  const out = new Float32Array(8 * inputDim);
  const frames = inputs.length / inputDim;
  for (let k = 0; k < 8; k++) {
    const i = frame - 4 + k;
    if (i >= 0 && i < frames) out.set(inputs.subarray(i * inputDim, (i + 1) * inputDim), k * inputDim);
  }
  return out;
}

function shiftedFrame(session: HeadSession, frame: number, shift: number): number {
  const { trainFrames, frames } = session.split;
  const length = frames - trainFrames;
  return trainFrames + ((((frame - trainFrames + shift) % length) + length) % length);
}

function split(record: Uint8Array): { rgb: Uint8Array; background: Uint8Array; labels: Uint8Array } {
  const n = record.length / PIXEL_BYTES;
  const rgb = new Uint8Array(n * 3);
  const background = new Uint8Array(n * 3);
  const labels = new Uint8Array(n);
  for (let p = 0; p < n; p++) {
    const at = p * PIXEL_BYTES;
    for (let c = 0; c < 3; c++) {
      rgb[p * 3 + c] = record[at + c]!;
      background[p * 3 + c] = record[at + 3 + c]!;
    }
    labels[p] = record[at + 6]!;
  }
  return { rgb, background, labels };
}

function addPsnr(
  total: { sum: number; count: number },
  a: Uint8Array,
  b: Uint8Array,
  within: (pixel: number) => boolean,
): void {
  let error = 0;
  let count = 0;
  for (let p = 0; p < a.length / 3; p++) {
    if (!within(p)) continue;
    for (let c = 0; c < 3; c++) error += (a[p * 3 + c]! - b[p * 3 + c]!) ** 2;
    count += 3;
  }
  if (count === 0) return;
  total.sum += 10 * Math.log10((255 * 255 * count) / Math.max(error, 1e-9));
  total.count++;
}

const inside = (rect: Float32Array, x: number, y: number): boolean =>
  x >= rect[0]! && x < rect[2]! && y >= rect[1]! && y < rect[3]!;

function toRgba(rgb: Uint8Array): Uint8Array {
  const n = rgb.length / 3;
  const rgba = new Uint8Array(n * 4);
  for (let p = 0; p < n; p++) {
    rgba[p * 4] = rgb[p * 3]!;
    rgba[p * 4 + 1] = rgb[p * 3 + 1]!;
    rgba[p * 4 + 2] = rgb[p * 3 + 2]!;
    rgba[p * 4 + 3] = 255;
  }
  return rgba;
}

const picture = (data: Uint8Array, crop: { width: number; height: number }): Image => ({
  width: crop.width,
  height: crop.height,
  channels: 3,
  data,
});
