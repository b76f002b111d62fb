// Face landmarks of pictures: 478 points, 52 blendshapes and a pose matrix per face, by MediaPipe on the CPU, in
// threads. No tracking: a result depends on its frame alone, so frames can be processed in any order.
import { modelPath } from '@portrait/models';
import { WorkerPool, workerEntry } from '../threads/worker-pool.js';

export interface LandmarksWorkerData {
  model: string;
  faces: number;
}

/** Points of one face: 468 of the mesh, then 5 of each iris. */
export const LANDMARK_COUNT = 478;

export interface DetectedFace {
  /** [478,3] px of the picture: x right, y down, z relative to the head, smaller is nearer. */
  points: Float32Array;
  /** [52] in 0…1, in the order of BLENDSHAPE_NAMES. */
  blendshapes: Float32Array;
  /** [16] column-major, canonical face (cm) → camera with 63° vertical field of view, OpenGL axes; includes a scale. */
  matrix: Float32Array;
}

export interface DetectRequest {
  rgba: ArrayBuffer;
  width: number;
  height: number;
}

export interface FaceLandmarker {
  /** `rgba` [height,width,4]; not changed. Faces in MediaPipe's order of confidence. */
  detect(rgba: Uint8Array, width: number, height: number): Promise<DetectedFace[]>;
  close(): Promise<void>;
}

interface LandmarkerOptions {
  /** Maximum number of faces to find. Default 1. */
  faces?: 1 | 2;
  /** Default 1. */
  threads?: number;
  signal?: AbortSignal | undefined;
}

interface DetectOptions extends LandmarkerOptions {
  width: number;
  height: number;
  /** Called with the number of finished frames. */
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
    throw new RangeError(`An RGBA picture of ${width}×${height} has ${width * height * 4} bytes, not ${rgba.length}.`);
  const copy = new Uint8Array(rgba).buffer as ArrayBuffer;
  return { request: { rgba: copy, width, height }, transfer: [copy] };
}

/** @throws PortraitError MODEL_UNAVAILABLE, CANCELLED */
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

/** Faces of each frame, in frame order. Reads ahead at most twice the number of threads. */
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
