// Worker thread: one MediaPipe FaceLandmarker. IMAGE mode, because VIDEO mode smooths with a lag of about half a frame
// (2.6 px at the nose tip of a moving head) and makes a frame depend on the previous one.
import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import { serve } from '../threads/serve.js';
import { makeCanvas, prepareGlobals, RgbaPicture, wasmFileset } from './environment.js';
import type { DetectedFace, DetectRequest, LandmarksWorkerData } from './landmarker.js';

await serve<DetectRequest, DetectedFace[]>(async () => {
  const { model, faces } = workerData as LandmarksWorkerData;
  prepareGlobals();
  const { FaceLandmarker } = await import('@mediapipe/tasks-vision');
  const landmarker = await FaceLandmarker.createFromOptions(wasmFileset(), {
    canvas: makeCanvas() as never,
    baseOptions: { modelAssetBuffer: new Uint8Array(await readFile(model)), delegate: 'CPU' },
    runningMode: 'IMAGE',
    numFaces: faces,
    outputFaceBlendshapes: true,
    outputFacialTransformationMatrixes: true,
  });
  return ({ rgba, width, height }) => {
    const result = landmarker.detect(new RgbaPicture(new Uint8ClampedArray(rgba), width, height) as never);
    const found = result.faceLandmarks.map((landmarks, index): DetectedFace => {
      const points = new Float32Array(landmarks.length * 3);
      landmarks.forEach(({ x, y, z }, i) => points.set([x * width, y * height, z * width], i * 3));
      const blendshapes = Float32Array.from(result.faceBlendshapes[index]?.categories ?? [], (c) => c.score);
      return { points, blendshapes, matrix: Float32Array.from(result.facialTransformationMatrixes[index]?.data ?? []) };
    });
    return { value: found };
  };
});
