import { describe, expect, it } from '@jest/globals';
import { determinant, eulerDegrees, expRotation, logBetween, multiply, nearestRotation } from './rotation.js';
import { randomStream } from './synthetic-face.testing.js';

const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

describe('rotations', () => {
  it.each([
    [0, 0, 0],
    [1e-7, 0, 0],
    [0.3, -0.2, 0.9],
    [-2, 1, 0.5],
  ])('log inverts exp at %p', (...w) => {
    const R = new Float64Array(9),
      back = new Float64Array(3);
    expRotation(Float64Array.from(w), R);
    logBetween(R, 0, identity, 0, back);
    // Double rounding through sine, cosine and arc tangent: a few units in the last place of 1.
    back.forEach((v, i) => expect(v).toBeCloseTo(w[i]!, 12));
    expect(determinant(R)).toBeCloseTo(1, 14);
  });

  it('multiplies in place on either side', () => {
    const A = new Float64Array(9),
      B = new Float64Array(9),
      apart = new Float64Array(9);
    expRotation(Float64Array.of(0.1, 0.2, 0.3), A);
    expRotation(Float64Array.of(-0.4, 0.1, 0.2), B);
    multiply(A, 0, B, 0, apart, 0);
    const left = A.slice(),
      right = B.slice();
    multiply(left, 0, B, 0, left, 0);
    multiply(A, 0, right, 0, right, 0);
    expect([...left]).toEqual([...apart]);
    expect([...right]).toEqual([...apart]);
  });

  it('finds the rotation in a scaled and sheared matrix and refuses a mirror', () => {
    const { normal } = randomStream(3);
    const R = new Float64Array(9);
    expRotation(Float64Array.of(0.5, -1, 0.2), R);
    const M = R.map((v) => 3 * v + 0.01 * normal());
    expect(nearestRotation(M)).toBe(true);
    const apart = new Float64Array(3);
    logBetween(M, 0, R, 0, apart);
    // 1 % noise on entries of size 3 turns the result by a third of that, times √3 for three axes at most.
    expect(Math.hypot(...apart)).toBeLessThan(0.01);
    expect(determinant(M)).toBeCloseTo(1, 12);
    expect(nearestRotation(Float64Array.of(-1, 0, 0, 0, 1, 0, 0, 0, 1))).toBe(false);
  });

  it('gives yaw, pitch and roll with their signs', () => {
    const R = new Float64Array(9),
      degree = Math.PI / 180;
    expRotation(Float64Array.of(0, 20 * degree, 0), R);
    expect(eulerDegrees(R, 0).yaw).toBeCloseTo(20, 10);
    expRotation(Float64Array.of(10 * degree, 0, 0), R);
    expect(eulerDegrees(R, 0).pitch).toBeCloseTo(10, 10);
    expRotation(Float64Array.of(0, 0, 5 * degree), R);
    expect(eulerDegrees(R, 0).roll).toBeCloseTo(5, 10);
  });
});
