import { describe, expect, it } from '@jest/globals';
import type { Transforms } from '@portrait/contracts';
import { GRID, visualHull, type Mesh } from './visual-hull.js';

const SIZE = 64;
/** One camera at z = 4 whose picture shows x and y from −.5 to .5 at the plane of the face. */
const transforms: Transforms = {
  focal_len: SIZE * 4,
  fl_x: SIZE * 4,
  fl_y: SIZE * 4,
  cx: SIZE / 2,
  cy: SIZE / 2,
  w: SIZE,
  h: SIZE,
  camera_model: 'OPENCV',
  scale: 1,
  origin: [0, 0, 0],
  shape: [],
  rmse: 0,
  frames: [
    {
      img_id: 0,
      aud_id: 0,
      rmse: 0,
      segment: 0,
      transform_matrix: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 4],
        [0, 0, 0, 1],
      ],
    },
  ],
};
/** A small square face at z = 0. */
const mesh: Mesh = {
  vertices: Float32Array.of(-0.2, -0.2, 0, 0.2, -0.2, 0, 0.2, 0.2, 0, -0.2, 0.2, 0),
  triangles: Uint16Array.of(0, 1, 2, 0, 2, 3),
};

const mask = (inside: (x: number, y: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (inside(i % SIZE, Math.floor(i / SIZE)) ? 1 : 0));
const cell = (x: number): number => Math.floor(((x + 1) / 2) * GRID);
function column(keep: Uint8Array, x: number, y: number): boolean {
  return Array.from({ length: GRID }, (_, z) => keep[(z * GRID + cell(y)) * GRID + cell(x)]!).some((v) => v === 1);
}

describe('visualHull', () => {
  it('keeps what the masks show and nothing beyond the picture', () => {
    const keep = visualHull(
      transforms,
      [{ frame: 0, mask: mask((x, y) => Math.abs(x - 32) < 16 && Math.abs(y - 32) < 16) }],
      mesh,
    );
    expect(column(keep, 0, 0)).toBe(true);
    expect(column(keep, 0.4, 0)).toBe(false); // seen, and no head
    // Never seen: a head there would show as a smear at the border of other poses.
    expect(column(keep, 0.8, 0)).toBe(false);
    expect(column(keep, 0, -0.9)).toBe(false);
  });

  it('goes on above a picture that cuts the hair', () => {
    const keep = visualHull(transforms, [{ frame: 0, mask: mask((x, y) => Math.abs(x - 32) < 16 && y < 48) }], mesh);
    expect(column(keep, 0, 0.7)).toBe(true);
    expect(column(keep, 0, -0.7)).toBe(false);
  });
});
