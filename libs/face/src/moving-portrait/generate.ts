// A generated film for tests with known truth: a still face, moved by known amounts, whose mouth follows the loudness
// of its speech.
import { PortraitError } from '@portrait/contracts';
import { openFaceLandmarker } from '../mediapipe/landmarker.js';
import { drawFace } from './drawn-face.js';
import { stillFaceFrom } from './features.js';
import {
  motionTruth,
  openingFromLoudness,
  PORTRAIT_FPS,
  PORTRAIT_SAMPLE_RATE,
  syntheticSpeech,
  type MotionTruth,
} from './signals.js';
import { maxMouthGapPx, warpFrame, type Still } from './warp.js';

export interface Photograph {
  width: number;
  height: number;
  channels: 3 | 4;
  /** [height,width,channels] */
  data: Uint8Array;
}

interface MovingPortraitOptions {
  /** One frontal face with shoulders. Default: a drawn face. */
  photograph?: Photograph | undefined;
  /** Side of the frames, px, 128..1024, even. Default 512. */
  size?: number;
  /** 0.2..600. Default: length of `speech`, else 4. */
  seconds?: number;
  /** 16 kHz mono that drives the mouth. Default: synthetic speech. */
  speech?: Float32Array;
  /** Scale of the head's motion, 0..1.5. Default 1: yaw up to about 9 degrees. */
  motion?: number;
  /** Default 1. */
  seed?: number;
  signal?: AbortSignal | undefined;
}

export interface MovingPortrait {
  size: number;
  fps: typeof PORTRAIT_FPS;
  frames: number;
  /** [frames · 640] at 16 kHz, mono. */
  audio: Float32Array;
  sampleRate: typeof PORTRAIT_SAMPLE_RATE;
  truth: MotionTruth;
  /** Gap between the lips at mouthOpening 1. */
  maxMouthGapPx: number;
  /** RGB bytes [size,size,3] of one frame; any order, same bytes every time. */
  frame(index: number): Uint8Array;
}

/** Side of the crop in face heights (forehead to chin): head and shoulders. */
const CROP_FACE_HEIGHTS = 2.5;
/** Position of the middle of the face in the crop, from its top. */
const FACE_CENTRE_Y = 0.44;

/** @throws PortraitError INVALID_ARGUMENT, FACE_NOT_FOUND, MODEL_UNAVAILABLE */
export async function generateMovingPortrait(options: MovingPortraitOptions = {}): Promise<MovingPortrait> {
  const { photograph, size = 512, motion = 1, seed = 1, signal } = options;
  const seconds = options.seconds ?? (options.speech ? options.speech.length / PORTRAIT_SAMPLE_RATE : 4);
  const mistakes = [
    Number.isInteger(size) && size % 2 === 0 && size >= 128 && size <= 1024
      ? null
      : `size is ${size}; it must be even, 128 to 1024`,
    seconds >= 0.2 && seconds <= 600 ? null : `seconds is ${seconds}; it must be 0.2 to 600`,
    motion >= 0 && motion <= 1.5 ? null : `motion is ${motion}; it must be 0 to 1.5`,
  ].filter((m) => m !== null);
  if (mistakes.length)
    throw new PortraitError('INVALID_ARGUMENT', `The portrait cannot be generated: ${mistakes.join('; ')}.`);

  const frames = Math.floor(seconds * PORTRAIT_FPS);
  const audio = new Float32Array((frames * PORTRAIT_SAMPLE_RATE) / PORTRAIT_FPS);
  audio.set((options.speech ?? syntheticSpeech(seconds, seed)).subarray(0, audio.length));
  const still = photograph ? await stillFromPhotograph(photograph, size, signal) : drawFace(size);
  const truth = motionTruth(frames, openingFromLoudness(audio, frames), seed, motion);
  // Shifts are designed for 512 px.
  for (const shift of [truth.shiftX, truth.shiftY]) shift.forEach((v, t) => (shift[t] = (v * size) / 512));
  const at = (t: number): Parameters<typeof warpFrame>[1] => ({
    yaw: truth.yaw[t]!,
    pitch: truth.pitch[t]!,
    roll: truth.roll[t]!,
    shiftX: truth.shiftX[t]!,
    shiftY: truth.shiftY[t]!,
    mouthOpening: truth.mouthOpening[t]!,
    blink: truth.blink[t]!,
  });
  return {
    size,
    fps: PORTRAIT_FPS,
    frames,
    audio,
    sampleRate: PORTRAIT_SAMPLE_RATE,
    truth,
    maxMouthGapPx: maxMouthGapPx(still.face),
    frame(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < frames))
        throw new PortraitError('INVALID_ARGUMENT', `Frame ${index} does not exist; there are ${frames}.`);
      return warpFrame(still, at(index));
    },
  };
}

async function stillFromPhotograph(
  photograph: Photograph,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Still> {
  const landmarker = await openFaceLandmarker({ signal });
  try {
    const { width, height } = photograph;
    const [first] = await landmarker.detect(toRgba(photograph), width, height);
    if (!first)
      throw new PortraitError('FACE_NOT_FOUND', 'No face was found in the photograph.', {
        hint: 'Use a frontal portrait with the whole head in the picture.',
      });
    const { head } = stillFaceFrom(first.points);
    const side = Math.min(CROP_FACE_HEIGHTS * 2 * head.halfHeight, width, height);
    const left = Math.max(0, Math.min(width - side, head.x - side / 2)),
      top = Math.max(0, Math.min(height - side, head.y - FACE_CENTRE_Y * side));
    const rgb = cropScaled(photograph, left, top, side, size);
    // Scales the landmarks with the crop: a second detection would only add noise.
    const points = first.points.map((v, i) => (i % 3 === 0 ? v - left : i % 3 === 1 ? v - top : v) * (size / side));
    return { size, rgb, face: stillFaceFrom(points) };
  } finally {
    await landmarker.close();
  }
}

function toRgba({ width, height, channels, data }: Photograph): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgba[i * 4 + c] = data[i * channels + c]!;
  return rgba;
}

/** Bilinear; for crops not larger than the frames. */
function cropScaled(
  { width, height, channels, data }: Photograph,
  left: number,
  top: number,
  side: number,
  size: number,
): Uint8Array {
  const rgb = new Uint8Array(size * size * 3);
  const place = (i: number, from: number, limit: number): [number, number] => {
    const p = Math.max(0, Math.min(limit - 1.001, from + ((i + 0.5) * side) / size - 0.5));
    return [Math.floor(p), p - Math.floor(p)];
  };
  for (let y = 0; y < size; y++) {
    const [iy, fy] = place(y, top, height);
    for (let x = 0; x < size; x++) {
      const [ix, fx] = place(x, left, width);
      for (let c = 0; c < 3; c++) {
        const at = (dx: number, dy: number): number => data[((iy + dy) * width + ix + dx) * channels + c]!;
        rgb[(y * size + x) * 3 + c] = Math.round(
          (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy,
        );
      }
    }
  }
  return rgb;
}
