import { describe, expect, it, jest } from '@jest/globals';
import { readImage } from '@portrait/media';
import { describeWithData, sharedData } from '@portrait/testing';
import {
  BLENDSHAPE_NAMES,
  canonicalFace,
  detectLandmarks,
  LEFT_IRIS,
  mouthOpening,
  openFaceLandmarker,
  RIGHT_IRIS,
  RIGID,
} from '../index.js';
import { NOSE_TIP } from '../indices.js';

// opening threads from the sources is slow on a busy machine
jest.setTimeout(180_000);

async function photograph(): Promise<{ rgba: Uint8Array; width: number; height: number }> {
  const { width, height, channels, data } = await readImage(sharedData('image/astronaut.png'));
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let p = 0; p < width * height; p++) rgba.set(data.subarray(p * channels, p * channels + 3), p * 4);
  return { rgba, width, height };
}

describeWithData('openFaceLandmarker', ['image/astronaut.png'], () => {
  it('finds the face of a photograph, with equal results each time', async () => {
    const { rgba, width, height } = await photograph();
    const landmarker = await openFaceLandmarker();
    try {
      const [face, ...others] = await landmarker.detect(rgba, width, height);
      expect(others).toHaveLength(0);
      expect(face!.points).toHaveLength(478 * 3);
      expect(face!.blendshapes).toHaveLength(BLENDSHAPE_NAMES.length);
      expect(face!.matrix).toHaveLength(16);
      // Read off the photograph by eye; 4 px is half the height of an eye.
      const at = (id: number): [number, number] => [face!.points[id * 3]!, face!.points[id * 3 + 1]!];
      for (const [id, x, y] of [
        [NOSE_TIP, 224, 129],
        [RIGHT_IRIS, 204, 101],
        [LEFT_IRIS, 247, 103],
      ] as const) {
        expect(Math.hypot(at(id)[0] - x, at(id)[1] - y)).toBeLessThan(4);
      }
      // She smiles with her teeth showing.
      expect(face!.blendshapes[BLENDSHAPE_NAMES.indexOf('mouthSmileLeft')]).toBeGreaterThan(0.5);
      expect(mouthOpening(face!.points)).toBeGreaterThan(0.01);
      const [again] = await landmarker.detect(rgba, width, height);
      expect(again!.points).toEqual(face!.points);
      expect(await landmarker.detect(new Uint8Array(64 * 64 * 4).fill(128), 64, 64)).toEqual([]);
      await expect(landmarker.detect(rgba, 10, 10)).rejects.toThrow('10×10');
    } finally {
      await landmarker.close();
    }
  });

  it('keeps the order of frames over several threads and stops on abort', async () => {
    const { rgba, width, height } = await photograph();
    const empty = new Uint8Array(rgba.length);
    async function* frames() {
      for (const kind of [rgba, empty, rgba, rgba, empty, empty]) yield kind;
    }
    const counts: number[] = [];
    for await (const faces of detectLandmarks(frames(), { width, height, threads: 2 })) counts.push(faces.length);
    expect(counts).toEqual([1, 0, 1, 1, 0, 0]);

    const stop = new AbortController();
    const interrupted = (async () => {
      for await (const _ of detectLandmarks(frames(), { width, height, signal: stop.signal })) stop.abort();
    })();
    await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('canonicalFace', () => {
  it('has the proportions of a head in centimetres', async () => {
    const { vertices, triangles, procrustes } = await canonicalFace();
    expect(vertices).toHaveLength(468 * 3);
    expect(triangles).toHaveLength(898 * 3);
    expect(Math.max(...triangles)).toBe(467);
    expect(procrustes).toHaveLength(33);
    const x = (id: number): number => vertices[id * 3]!;
    expect(x(454) - x(234)).toBeGreaterThan(12); // cheek to cheek
    expect(x(454) - x(234)).toBeLessThan(17);
    for (const id of RIGID) expect(id).toBeLessThan(468);
    // The nose tip is the point nearest to the camera.
    expect(vertices[NOSE_TIP * 3 + 2]! - vertices[454 * 3 + 2]!).toBeGreaterThan(5);
  });
});
