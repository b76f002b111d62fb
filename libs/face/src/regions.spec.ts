import { describe, expect, it } from '@jest/globals';
import {
  eyeAperture,
  eyeRatio,
  FACE_OVAL,
  faceRect,
  fullFaceRect,
  leftEyeRect,
  LEFT_EYE,
  lipsRect,
  LIPS_OUTER,
  mouthOpening,
  mouthWidth,
  quantile,
  RIGHT_EYE,
  rightEyeRect,
} from './index.js';
import { polygonArea } from './measures.js';

/** A schematic face: rings as ellipses around the given centres, px. */
function drawFace(scale = 1, dx = 0): Float32Array {
  const points = new Float32Array(478 * 3);
  const ellipse = (ring: readonly number[], cx: number, cy: number, rx: number, ry: number, start: number): void =>
    ring.forEach((id, i) => {
      const angle = start + (2 * Math.PI * i) / ring.length;
      points.set([(cx + rx * Math.cos(angle)) * scale + dx, (cy + ry * Math.sin(angle)) * scale, 0], id * 3);
    });
  ellipse(FACE_OVAL, 256, 256, 100, 140, -Math.PI / 2);
  ellipse(LEFT_EYE, 296, 220, 20, 8, 0);
  ellipse(RIGHT_EYE, 216, 220, 20, 8, 0);
  ellipse(LIPS_OUTER, 256, 330, 40, 18, Math.PI);
  for (const [id, x, y] of [
    [98, 240, 282],
    [97, 248, 286],
    [2, 256, 288],
    [326, 264, 286],
    [327, 272, 282],
  ] as const)
    points.set([x * scale + dx, y * scale, 0], id * 3);
  for (const [upper, lower] of [
    [13, 14],
    [82, 87],
    [312, 317],
  ] as const) {
    points.set([256 * scale + dx, 323 * scale, 0], upper * 3);
    points.set([256 * scale + dx, 337 * scale, 0], lower * 3);
  }
  return points;
}

describe('regions', () => {
  it('take the lower face from the nose base to the chin', () => {
    expect(faceRect(drawFace(), 512, 512)).toEqual({ top: 282, left: 156, bottom: 396, right: 356 });
    expect(fullFaceRect(drawFace(), 512, 512)).toMatchObject({ top: 116, bottom: 396 });
  });

  it('keep the lips square and at least 32 px', () => {
    const rect = lipsRect(drawFace(), 512, 512);
    expect(rect.bottom - rect.top).toBe(rect.right - rect.left);
    expect(rect.left).toBeLessThan(216);
    expect(rect.right).toBeGreaterThan(296);
    const small = lipsRect(drawFace(0.1), 512, 512);
    expect([small.bottom - small.top, small.right - small.left]).toEqual([32, 32]);
  });

  it('stay inside the picture', () => {
    const face = drawFace(1, 240);
    for (const rect of [faceRect, fullFaceRect, lipsRect, leftEyeRect, rightEyeRect].map((f) => f(face, 512, 512))) {
      expect(rect.left).toBeGreaterThanOrEqual(0);
      expect(rect.right).toBeLessThanOrEqual(512);
      expect(rect.bottom).toBeGreaterThan(rect.top);
    }
    const lips = lipsRect(face, 512, 512);
    expect(lips.right - lips.left).toBe(lips.bottom - lips.top);
  });

  it("put the subject's left eye on the right of the picture", () => {
    expect(leftEyeRect(drawFace(), 512, 512).left).toBeGreaterThan(rightEyeRect(drawFace(), 512, 512).right);
  });
});

describe('measures', () => {
  it('give areas and openings of the schematic face', () => {
    const face = drawFace();
    // A regular 16-gon inscribed in an ellipse has area n/2·sin(2π/n)·rx·ry.
    const eye = 8 * Math.sin(Math.PI / 8) * 20 * 8;
    expect(polygonArea(face, LEFT_EYE)).toBeCloseTo(eye, 1);
    expect(eyeRatio(face, 512, 512)).toBeCloseTo((200 * eye) / 512 ** 2, 4);
    expect(mouthOpening(face)).toBeCloseTo(14 / 280, 5);
    expect(mouthWidth(face)).toBeCloseTo(80 / 280, 5);
  });

  it('do not depend on scale, except the eye ratio', () => {
    const [full, half] = [drawFace(1), drawFace(0.5)];
    expect(eyeAperture(half)).toBeCloseTo(eyeAperture(full), 5);
    expect(mouthOpening(half)).toBeCloseTo(mouthOpening(full), 5);
    expect(eyeRatio(half, 512, 512)).toBeCloseTo(eyeRatio(full, 512, 512) / 4, 5);
  });

  it('interpolate quantiles', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([0, 10], 0.98)).toBeCloseTo(9.8);
  });
});
