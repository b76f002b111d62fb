// Looks for faces in the chosen frames and measures what grading needs of each: place, pose, mouth, light, sharpness,
// shape. The frames are seen in the source's own framing, scaled down to at most 512 px on the short side.
import { CHIN, FACE_OVAL, FACE_TOP, RIGID, detectLandmarks, mouthOpening, type DetectedFace } from '@portrait/face';
import { readFrames } from '@portrait/media';
import type { Source } from './check-streams.js';
import { faceShape } from './face-shape.js';
import { facePatch } from './person.js';
import { selectFilter } from './timeline.js';

const MOST_SHORT_SIDE = 512;

export interface FaceSample {
  frame: number;
  /** Faces that count: those at least a third as high as the largest. */
  faces: number;
  /** Of the largest face, source px. Absent when there is none. */
  face?: FaceMeasures;
}

export interface FaceMeasures {
  /** Bounding box of the face oval, source px; may reach beyond the picture. */
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Hairline to chin, source px. */
  height: number;
  /** Degrees; positive: turned to the picture's right, and looking up. */
  yaw: number;
  pitch: number;
  /**
   * Inner-lip distance over face height, plus half the distance from nose tip to chin over face height: lips and jaw.
   */
  mouth: number;
  /** Mean gray level of the face, 0..255, and of its left and right half in the picture. */
  luma: number;
  lumaLeft: number;
  lumaRight: number;
  /**
   * Second over first difference from pixel to pixel: about 0.55 sharp, 0.38 blurred by a pixel, 0.27 by two, 0.2
   * enlarged four times.
   */
  sharpness: number;
  /** Rigid points [N,2], source px. */
  rigid: Float32Array;
  /** Proportions of the head, turned to the front; see face-shape.ts. */
  shape: Float32Array;
  /** The head as a small picture; see person.ts. */
  patch: Float32Array;
}

export async function scanFaces(
  source: Source,
  filters: readonly string[],
  frames: readonly number[],
  options: { threads: number; signal: AbortSignal; onFrame: (done: number) => void },
): Promise<FaceSample[]> {
  const scale = Math.min(1, MOST_SHORT_SIDE / Math.min(source.video.width, source.video.height));
  const width = Math.round(source.video.width * scale);
  const height = Math.round(source.video.height * scale);
  const { threads, signal } = options;
  // The detector gives faces only; the pictures wait here until theirs have come. It reads a few frames ahead, no more.
  const waiting: Uint8Array[] = [];
  async function* pictures(): AsyncGenerator<Uint8Array> {
    for await (const picture of readFrames(source.path, {
      pixelFormat: 'rgba',
      width,
      height,
      filters: [...filters, selectFilter(frames)],
      signal,
    })) {
      waiting.push(picture);
      yield picture;
    }
  }
  const samples: FaceSample[] = [];
  for await (const faces of detectLandmarks(pictures(), { width, height, faces: 2, threads, signal })) {
    const picture = waiting.shift()!;
    samples.push(measure(frames[samples.length]!, faces, picture, width, height, 1 / scale));
    options.onFrame(samples.length);
  }
  return samples;
}

function measure(
  frame: number,
  faces: readonly DetectedFace[],
  picture: Uint8Array,
  width: number,
  height: number,
  toSource: number,
): FaceSample {
  const sized = faces.map((face) => ({ face, height: faceHeight(face.points) })).sort((a, b) => b.height - a.height);
  const main = sized[0];
  if (!main) return { frame, faces: 0 };
  const { points, matrix } = main.face;
  const box = boundingBox(points);
  const light = measureLight(picture, width, height, box);
  const norm = Math.hypot(matrix[8]!, matrix[9]!, matrix[10]!);
  const rigid = new Float32Array(RIGID.length * 2);
  RIGID.forEach((id, i) => rigid.set([points[3 * id]! * toSource, points[3 * id + 1]! * toSource], 2 * i));
  return {
    frame,
    faces: sized.filter((s) => s.height > main.height / 3).length,
    face: {
      left: box.left * toSource,
      top: box.top * toSource,
      right: box.right * toSource,
      bottom: box.bottom * toSource,
      height: main.height * toSource,
      yaw: degrees(Math.atan2(matrix[8]!, matrix[10]!)),
      pitch: degrees(-Math.asin(matrix[9]! / norm)),
      mouth: mouthOpening(points) + (0.5 * distance(points, 1, CHIN)) / main.height,
      ...light,
      rigid,
      shape: faceShape(main.face),
      patch: facePatch(picture, width, height, points),
    },
  };
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(
    points[3 * a]! - points[3 * b]!,
    points[3 * a + 1]! - points[3 * b + 1]!,
    points[3 * a + 2]! - points[3 * b + 2]!,
  );
}

function faceHeight(points: Float32Array): number {
  return distance(points, FACE_TOP, CHIN);
}

function boundingBox(points: Float32Array): { left: number; top: number; right: number; bottom: number } {
  const xs = FACE_OVAL.map((id) => points[3 * id]!);
  const ys = FACE_OVAL.map((id) => points[3 * id + 1]!);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function measureLight(
  rgba: Uint8Array,
  width: number,
  height: number,
  box: { left: number; top: number; right: number; bottom: number },
) {
  const left = Math.max(0, Math.floor(box.left));
  const right = Math.min(width, Math.ceil(box.right));
  const top = Math.max(0, Math.floor(box.top));
  const bottom = Math.min(height, Math.ceil(box.bottom));
  const gray = (x: number, y: number): number => {
    const i = 4 * (y * width + x);
    return 0.299 * rgba[i]! + 0.587 * rgba[i + 1]! + 0.114 * rgba[i + 2]!;
  };
  const middle = (left + right) / 2;
  const sums = { left: 0, right: 0, leftCount: 0, rightCount: 0, first: 0, second: 0 };
  for (let y = top; y < bottom; y += 1) {
    let before = gray(left, y);
    let here = gray(left + 1, y);
    for (let x = left + 1; x + 1 < right; x += 1) {
      const after = gray(x + 1, y);
      if (x < middle) {
        sums.left += here;
        sums.leftCount += 1;
      } else {
        sums.right += here;
        sums.rightCount += 1;
      }
      sums.first += (after - before) ** 2;
      sums.second += (2 * here - before - after) ** 2;
      before = here;
      here = after;
    }
  }
  return {
    luma: (sums.left + sums.right) / Math.max(1, sums.leftCount + sums.rightCount),
    lumaLeft: sums.left / Math.max(1, sums.leftCount),
    lumaRight: sums.right / Math.max(1, sums.rightCount),
    sharpness: sums.first > 0 ? Math.sqrt(sums.second / sums.first) : 0,
  };
}
