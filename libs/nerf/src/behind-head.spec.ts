import { describe, expect, it } from '@jest/globals';
import { LABEL } from '@portrait/face';
import { behindHead, headReach } from './behind-head.js';

const SIZE = 64;
const at = (x: number, y: number): number => y * SIZE + x;
const flat = (pixels: number, ...value: number[]): Uint8Array =>
  Uint8Array.from({ length: pixels * value.length }, (_, i) => value[i % value.length]!);
const colour = (picture: Uint8Array, x: number, y: number): number[] => [
  ...picture.subarray(at(x, y) * 3, at(x, y) * 3 + 3),
];

describe('behindHead', () => {
  const frame = flat(SIZE * SIZE, 10, 20, 30);
  const plate = flat(SIZE * SIZE, 200, 200, 200);
  const torso = flat(SIZE * SIZE, 90, 80, 70, 0);
  for (let x = 0; x < SIZE; x++) for (let y = 32; y < SIZE; y++) torso[at(x, y) * 4 + 3] = 255;
  const labels = new Uint8Array(SIZE * SIZE);
  for (let x = 30; x <= 33; x++) for (let y = 28; y <= 35; y++) labels[at(x, y)] = LABEL.head;
  const behind = behindHead(frame, torso, labels, plate, SIZE);
  const reach = headReach(SIZE);

  it('shows the plate, or the in-painted torso before it, where the head is', () => {
    expect(colour(behind, 31, 29)).toEqual([200, 200, 200]);
    expect(colour(behind, 31, 33)).toEqual([90, 80, 70]);
  });

  it('goes on so as far beyond the mask as hair may reach, on every side', () => {
    expect(colour(behind, 30 - reach, 29)).toEqual([200, 200, 200]);
    expect(colour(behind, 33 + reach, 29)).toEqual([200, 200, 200]);
    expect(colour(behind, 31, 28 - reach)).toEqual([200, 200, 200]);
    expect(colour(behind, 31, 35 + reach)).toEqual([90, 80, 70]);
  });

  it('shows the frame itself beyond that, also where the torso layer is opaque', () => {
    expect(colour(behind, 30 - reach - 1, 29)).toEqual([10, 20, 30]);
    expect(colour(behind, 33 + reach + 1, 29)).toEqual([10, 20, 30]);
    expect(colour(behind, 31, 28 - reach - 1)).toEqual([10, 20, 30]);
    expect(colour(behind, 31, 35 + reach + 1)).toEqual([10, 20, 30]);
  });

  it('knows heads at the edge of the picture', () => {
    const corner = new Uint8Array(SIZE * SIZE);
    corner[at(0, 0)] = LABEL.head;
    const picture = behindHead(frame, torso, corner, plate, SIZE);
    expect(colour(picture, 0, 0)).toEqual([200, 200, 200]);
    expect(colour(picture, SIZE - 1, 0)).toEqual([10, 20, 30]);
    expect(colour(picture, 0, SIZE - 1)).toEqual([10, 20, 30]);
  });

  it('changes none of the pictures it is given', () => {
    expect(colour(frame, 31, 29)).toEqual([10, 20, 30]);
    expect(colour(plate, 31, 29)).toEqual([200, 200, 200]);
  });
});
