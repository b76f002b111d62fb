// Semantic segmentation of square pictures of one person: logits of six classes on a 256² grid, by MediaPipe's selfie
// multiclass model.
import { readFile } from 'node:fs/promises';
import { modelPath } from '@portrait/models';
import { tfliteToOnnx } from '../tflite/to-onnx.js';
import { WorkerPool, workerEntry } from '../threads/worker-pool.js';

export interface SegmenterWorkerData {
  onnx: Uint8Array;
}

/** Side of the logit map. */
export const NETWORK_SIDE = 256;
export const PARSING_CLASS = { background: 0, hair: 1, bodySkin: 2, faceSkin: 3, clothes: 4, others: 5 } as const;
export const CLASS_COUNT = 6;

export interface SegmentRequest {
  rgb: ArrayBuffer;
  size: number;
}

interface SegmenterOptions {
  /** Default 1. */
  threads?: number;
  signal?: AbortSignal | undefined;
}

export interface Segmenter {
  /** `rgb` [size,size,3]; not changed. → logits [256,256,6], classes innermost, in the order of PARSING_CLASS. */
  logits(rgb: Uint8Array, size: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @throws PortraitError MODEL_UNAVAILABLE, CANCELLED */
export async function openSegmenter({ threads = 1, signal }: SegmenterOptions = {}): Promise<Segmenter> {
  const onnx = tfliteToOnnx(await readFile(await modelPath('selfie-multiclass', { signal })));
  const data: SegmenterWorkerData = { onnx };
  const pool = await WorkerPool.open<SegmentRequest, Float32Array>(workerEntry(import.meta.url, 'segmenter-worker'), {
    size: threads,
    data,
    signal,
  });
  return {
    async logits(rgb, size) {
      if (rgb.length !== size * size * 3)
        throw new RangeError(`An RGB picture of ${size}² has ${size * size * 3} bytes, not ${rgb.length}.`);
      const copy = new Uint8Array(rgb).buffer as ArrayBuffer;
      const answer = await pool.run({ rgb: copy, size }, [copy]);
      return new Float32Array(answer.buffer);
    },
    close: () => pool.close(),
  };
}
