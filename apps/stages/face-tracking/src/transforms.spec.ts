import { describe, expect, it } from '@jest/globals';
import { transformsSchema } from '@portrait/contracts';
import { expRotation } from './rotation.js';
import { makeTransforms, WORLD_ORIGIN, WORLD_SCALE } from './transforms.js';

const track = { rotations: new Float64Array(18), translations: Float64Array.of(1, -2, -90, 0, 0, -80) };
expRotation(Float64Array.of(0.1, 0.3, -0.05), track.rotations, 0);
expRotation(Float64Array.of(0, 0, 0), track.rotations, 9);
const shape = Float64Array.of(0, 0, 6, 4, 3, 2);
const transforms = makeTransforms({
  size: 256,
  focal: 1400,
  track,
  ids: [1, 33],
  shape,
  frameRmse: Float64Array.of(1, NaN),
  rmse: 1,
  segments: [
    { start: 0, end: 1 },
    { start: 1, end: 2 },
  ],
  interpolated: (t) => t === 1,
});

describe('transforms.json', () => {
  it('matches the schema and has the names nerfstudio-style tools read', () => {
    expect(() => transformsSchema.parse(transforms)).not.toThrow();
    expect(transforms).toMatchObject({
      camera_model: 'OPENCV',
      fl_x: 700,
      fl_y: 700,
      focal_len: 700,
      cx: 128,
      cy: 128,
      w: 256,
      h: 256,
    });
    expect(transforms.frames[0]).toMatchObject({
      file_path: 'images/00000.png',
      img_id: 0,
      aud_id: 0,
      segment: 0,
      rmse: 0.5,
    });
    expect(transforms.frames[1]).toMatchObject({ interpolated: true, segment: 1, rmse: 0 });
    expect(transforms.frames[0]).not.toHaveProperty('interpolated');
  });

  it('projects world points where the tracker saw the head', () => {
    for (let t = 0; t < 2; t++) {
      const m = transforms.frames[t]!.transform_matrix;
      transforms.shape.forEach(({ xyz }, n) => {
        // World to camera by the inverse of camera to world, then the pinhole.
        const d = [0, 1, 2].map((i) => xyz[i]! - m[i]![3]!);
        const [x, y, z] = [0, 1, 2].map((c) => d[0]! * m[0]![c]! + d[1]! * m[1]![c]! + d[2]! * m[2]![c]!) as [
          number,
          number,
          number,
        ];
        const R = track.rotations.subarray(t * 9, t * 9 + 9),
          T = track.translations.subarray(t * 3, t * 3 + 3),
          s = shape.subarray(n * 3, n * 3 + 3);
        const p = [0, 1, 2].map((i) => R[i * 3]! * s[0]! + R[i * 3 + 1]! * s[1]! + R[i * 3 + 2]! * s[2]! + T[i]!);
        // Nine decimals in the file; a px is 1/700 of the depth.
        expect(x / -z).toBeCloseTo(p[0]! / -p[2]!, 7);
        expect(y / -z).toBeCloseTo(p[1]! / -p[2]!, 7);
        expect(-z).toBeCloseTo(-p[2]! * WORLD_SCALE, 7);
      });
    }
  });

  it('places an unrotated head straight in front of the camera', () => {
    const m = transforms.frames[1]!.transform_matrix;
    expect(m.map((row) => row[3])).toEqual(
      [
        0 - WORLD_SCALE * WORLD_ORIGIN[0] || 0,
        -WORLD_SCALE * WORLD_ORIGIN[1],
        WORLD_SCALE * (80 - WORLD_ORIGIN[2]),
        1,
      ].map((v) => expect.closeTo(v, 8)),
    );
    expect(m.slice(0, 3).map((row) => row.slice(0, 3))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});
