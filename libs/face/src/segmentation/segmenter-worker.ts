// Worker thread: one session of MediaPipe's selfie multiclass network in ONNX runtime, on one core.
import { workerData } from 'node:worker_threads';
import { serve } from '../threads/serve.js';
import { areaResizer } from './resize.js';
import { CLASS_COUNT, NETWORK_SIDE, type SegmenterWorkerData, type SegmentRequest } from './segmenter.js';

await serve<SegmentRequest, Float32Array>(async () => {
  const { onnx } = workerData as SegmenterWorkerData;
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  // The input range of the model is −1…1. With 0…1 it labels dark clothes as background.
  const curve = Float32Array.from({ length: 256 }, (_, v) => v / 127.5 - 1);
  const resizers = new Map<number, (rgb: Uint8Array) => Float32Array>();
  return async ({ rgb, size }) => {
    let resize = resizers.get(size);
    if (!resize) resizers.set(size, (resize = areaResizer(size, NETWORK_SIDE, curve)));
    const input = resize(new Uint8Array(rgb));
    const result = await session.run({ input0: new Tensor('float32', input, [1, NETWORK_SIDE, NETWORK_SIDE, 3]) });
    const logits = new Float32Array(NETWORK_SIDE * NETWORK_SIDE * CLASS_COUNT);
    logits.set(result['output0']!.data as Float32Array);
    return { value: logits, transfer: [logits.buffer] };
  };
});
