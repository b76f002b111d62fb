// Face landmarks of pictures: 478 points, 52 blendshapes and a pose matrix a face, by MediaPipe on the CPU, in threads.
// No smoothing, no tracking, no memory: a frame's result depends on that frame alone, so frames may be done in any order.
import { modelPath } from '@portrait/models';
import { WorkerPool, workerEntry } from '../threads/worker-pool.js';

export interface LandmarksWorkerData {
  model: string;
  faces: number;
}

/** Points of one face: 468 of the mesh, then 5 of each iris. */
export const LANDMARK_COUNT = 478;

export interface DetectedFace {
  /** [478,3]: x right and y down in px of the picture; z in px too, smaller is nearer, relative to the head. */
  points: Float32Array;
  /** [52] in 0…1, in the order of BLENDSHAPE_NAMES. */
  blendshapes: Float32Array;
  /** [16] column-major, canonical face (cm) → camera with 63° vertical field of view, OpenGL axes; carries a scale. */
  matrix: Float32Array;
}

export interface DetectRequest {
  rgba: ArrayBuffer;
  width: number;
  height: number;
}

export interface FaceLandmarker {
  /** `rgba` [height,width,4]; not changed. Faces in MediaPipe's order of confidence; empty when there is none. */
  detect(rgba: Uint8Array, width: number, height: number): Promise<DetectedFace[]>;
  close(): Promise<void>;
}

export interface LandmarkerOptions {
  /** Most faces to look for. Default 1. */
  faces?: 1 | 2;
  /** Default 1. */
  threads?: number;
  signal?: AbortSignal | undefined;
}

export interface DetectOptions extends LandmarkerOptions {
  width: number;
  height: number;
  /** Called with the number of frames answered. */
  onProgress?: (done: number) => void;
}

async function openPool({
  faces = 1,
  threads = 1,
  signal,
}: LandmarkerOptions): Promise<WorkerPool<DetectRequest, DetectedFace[]>> {
  const data: LandmarksWorkerData = { model: await modelPath('face-landmarker', { signal }), faces };
  return WorkerPool.open(workerEntry(import.meta.url, 'landmarks-worker'), { size: threads, data, signal });
}

function toRequest(
  rgba: Uint8Array,
  width: number,
  height: number,
): { request: DetectRequest; transfer: ArrayBuffer[] } {
  if (rgba.length !== width * height * 4)
    throw new RangeError(`A picture of ${width}×${height} RGBA has ${width * height * 4} bytes, not ${rgba.length}.`);
  const copy = new Uint8Array(rgba).buffer as ArrayBuffer;
  return { request: { rgba: copy, width, height }, transfer: [copy] };
}

/** @throws MODEL_UNAVAILABLE, CANCELLED */
export async function openFaceLandmarker(options: LandmarkerOptions = {}): Promise<FaceLandmarker> {
  const pool = await openPool(options);
  return {
    async detect(rgba, width, height) {
      const { request, transfer } = toRequest(rgba, width, height);
      return pool.run(request, transfer);
    },
    close: () => pool.close(),
  };
}

/** Faces of each frame, in frame order. Frames are read no further ahead than twice the number of threads. */
export async function* detectLandmarks(
  frames: AsyncIterable<Uint8Array>,
  { width, height, onProgress, ...options }: DetectOptions,
): AsyncGenerator<DetectedFace[]> {
  const pool = await openPool(options);
  let done = 0;
  try {
    for await (const faces of pool.map(frames, (rgba) => toRequest(rgba, width, height))) {
      onProgress?.(++done);
      yield faces;
    }
  } finally {
    await pool.close();
  }
}
