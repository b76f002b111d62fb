// The arrays of the landmarks artifact: detected rows, filled gaps, and the measures and rectangles derived from them.
import {
  BLENDSHAPE_NAMES,
  eyeAperture,
  eyeRatio,
  faceRect,
  fullFaceRect,
  LANDMARK_ARRAYS,
  LANDMARK_COUNT,
  leftEyeRect,
  lipsRect,
  mouthOpening,
  mouthWidth,
  quantile,
  rightEyeRect,
  type DetectedFace,
  type LandmarkArrayName,
  type Rect,
} from '@portrait/face';
import type { NpyArray } from '@portrait/media';
import { blendsOf, fillRows } from './missing.js';

const POINTS = LANDMARK_COUNT * 3;
const BLENDSHAPES = BLENDSHAPE_NAMES.length;
const MATRIX = 16;
/** Quantile of the aperture that counts as open: a single wide stare does not set the scale. */
const OPEN_QUANTILE = 0.98;

export class LandmarkRows {
  readonly points: Float32Array;
  readonly blendshapes: Float32Array;
  readonly matrix: Float32Array;
  readonly found: Uint8Array;

  constructor(readonly frames: number) {
    this.points = new Float32Array(frames * POINTS);
    this.blendshapes = new Float32Array(frames * BLENDSHAPES);
    this.matrix = new Float32Array(frames * MATRIX);
    this.found = new Uint8Array(frames);
  }

  set(frame: number, face: DetectedFace | undefined): void {
    if (!face) return;
    this.points.set(face.points, frame * POINTS);
    this.blendshapes.set(face.blendshapes, frame * BLENDSHAPES);
    this.matrix.set(face.matrix, frame * MATRIX);
    this.found[frame] = 1;
  }

  /** Points of one face, [478,3]; a view. */
  face(frame: number): Float32Array {
    return this.points.subarray(frame * POINTS, (frame + 1) * POINTS);
  }

  fill(cuts: readonly number[]): void {
    const blends = blendsOf(this.found, cuts);
    fillRows(this.points, POINTS, blends);
    fillRows(this.blendshapes, BLENDSHAPES, blends);
    // Interpolated rotations are not rotations: take the matrix of the nearer frame.
    fillRows(
      this.matrix,
      MATRIX,
      blends.map((b) => ({ ...b, weight: Math.round(b.weight) })),
    );
  }
}

export interface DerivedFeatures {
  eyeRatio: Float32Array;
  eyeOpenness: Float32Array;
  mouthOpening: Float32Array;
  mouthWidth: Float32Array;
  rects: Record<'faceRect' | 'fullFaceRect' | 'lipsRect' | 'leftEyeRect' | 'rightEyeRect', Int32Array>;
  /** Aperture that counts as 1 in eyeOpenness. */
  eyeApertureScale: number;
}

/** @param size side of the picture, px */
export function derive(rows: LandmarkRows, size: number, lipsMinimumSide: number): DerivedFeatures {
  const series = (measure: (face: Float32Array) => number): Float32Array =>
    Float32Array.from({ length: rows.frames }, (_, f) => measure(rows.face(f)));
  const rects = (region: (face: Float32Array) => Rect): Int32Array => {
    const out = new Int32Array(rows.frames * 4);
    for (let f = 0; f < rows.frames; f++) {
      const { top, left, bottom, right } = region(rows.face(f));
      out.set([top, left, bottom, right], f * 4);
    }
    return out;
  };
  const aperture = series(eyeAperture);
  const eyeApertureScale = quantile(
    aperture.filter((_, f) => rows.found[f] === 1),
    OPEN_QUANTILE,
  );
  return {
    eyeRatio: series((face) => eyeRatio(face, size, size)),
    eyeOpenness: aperture.map((a) => a / eyeApertureScale),
    mouthOpening: series(mouthOpening),
    mouthWidth: series(mouthWidth),
    eyeApertureScale,
    rects: {
      faceRect: rects((face) => faceRect(face, size, size)),
      fullFaceRect: rects((face) => fullFaceRect(face, size, size)),
      lipsRect: rects((face) => lipsRect(face, size, size, lipsMinimumSide)),
      leftEyeRect: rects((face) => leftEyeRect(face, size, size)),
      rightEyeRect: rects((face) => rightEyeRect(face, size, size)),
    },
  };
}

/** Arrays in the order of the file: the order is part of its bytes. */
export function toArrays(rows: LandmarkRows, derived: DerivedFeatures): Record<string, NpyArray> {
  const data: Record<LandmarkArrayName, NpyArray['data']> = { ...rows, ...derived, ...derived.rects };
  const names = Object.keys(LANDMARK_ARRAYS) as LandmarkArrayName[];
  return Object.fromEntries(
    names.map((name) => {
      const { dtype, row } = LANDMARK_ARRAYS[name];
      return [name, { dtype, shape: [rows.frames, ...row], data: data[name] } as NpyArray];
    }),
  );
}
