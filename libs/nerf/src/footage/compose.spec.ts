// The composition against a face whose every landmark is known. Head and torso are flat colours: what is proven is
// which pixels come from where.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { FACE_OVAL, LABEL, LIPS_OUTER } from '@portrait/face';
import { cameraFromTransform, intrinsicsOf, project } from '../camera.js';
import { actingFace, FRAMES, SIZE, type ActingFace } from './acting-face.testing.js';
import { behindFootage, composeFootage, type FootageFrame } from './compose.js';
import { headPoints } from './head-points.js';
import { replacedRegion, type Replaced } from './replaced-region.js';
import { softPolygon } from './soft-polygon.js';

const SKIN = [180, 140, 120] as const;
const NECK = [150, 110, 95] as const;
const WALL = [40, 60, 130] as const;
const GREEN = [0, 255, 0] as const;
const WHOLE = { left: 0, top: 0, width: SIZE, height: SIZE };
const CHIN = 152;
/** In frame 10 of 20 the jaw hangs lowest, in frame 0 it is closed. */
const OPEN = 10;
const CLOSED = 0;

let face: ActingFace;
beforeAll(async () => {
  face = await actingFace();
});

const camera = (frame: number): Float32Array => cameraFromTransform(face.transforms.frames[frame]!.transform_matrix);

/** Coverage of a ring of landmarks, with the jaw of frame `jaw` under the pose of `frame`. */
function ring(ids: readonly number[], frame: number, jaw = frame, grow = 0): Float32Array {
  const world = face.world(jaw);
  const intrinsics = intrinsicsOf(face.transforms);
  const corners = ids.map((id) =>
    project(camera(frame), intrinsics, world[id * 3]!, world[id * 3 + 1]!, world[id * 3 + 2]!)!,
  );
  const middle = [0, 1].map((axis) => corners.reduce((sum, c) => sum + c[axis]!, 0) / corners.length);
  return softPolygon(
    Float64Array.from(
      corners.flatMap(([x, y]) => {
        const [dx, dy] = [x - middle[0]!, y - middle[1]!];
        const scale = 1 + grow / Math.hypot(dx, dy);
        return [middle[0]! + dx * scale, middle[1]! + dy * scale];
      }),
    ),
    WHOLE,
    1,
  );
}

function paint(picture: Uint8Array, mask: Float32Array, colour: readonly number[], channels = 3): void {
  for (let p = 0; p < mask.length; p++)
    if (mask[p]! > 0) for (let c = 0; c < 3; c++) picture[p * channels + c] = colour[c]!;
}

/** Wall, neck below the nose, face; the mouth painted green. */
function recorded(frame: number, mouth: readonly number[] = GREEN): FootageFrame {
  const rgb = new Uint8Array(SIZE * SIZE * 3);
  const torso = new Uint8Array(SIZE * SIZE * 4);
  const oval = ring(FACE_OVAL, frame);
  const labels = new Uint8Array(SIZE * SIZE);
  for (let p = 0; p < labels.length; p++) {
    const neck = p > (SIZE * SIZE) / 2 && Math.abs((p % SIZE) - SIZE / 2) < SIZE / 5;
    labels[p] = oval[p]! > 0.5 ? LABEL.head : neck ? LABEL.neck : LABEL.background;
    rgb.set(labels[p] === LABEL.head ? SKIN : neck ? NECK : WALL, p * 3);
    if (neck) torso.set([...NECK, 255], p * 4);
  }
  paint(rgb, ring(LIPS_OUTER, frame, frame, 2), mouth);
  return { rgb, torso, labels };
}

function compose(frame: FootageFrame, at: number, jaw: number, replace: Replaced): Uint8Array {
  const points = headPoints(face.transforms, face.points, face.found);
  const mask = replacedRegion(points, intrinsicsOf(face.transforms), replace, true).mask(camera(at));
  const { left, top, width, height } = mask.window;
  const plate = new Uint8Array(SIZE * SIZE * 3);
  for (let p = 0; p < SIZE * SIZE; p++) plate.set(WALL, p * 3);
  const behind = behindFootage(frame, plate, SIZE, mask.window);
  const oval = ring(FACE_OVAL, at, jaw);
  const opacity = new Float32Array(width * height);
  const rgb = new Uint8Array(width * height * 3);
  for (let p = 0; p < opacity.length; p++) {
    opacity[p] = oval[(top + Math.floor(p / width)) * SIZE + left + (p % width)]!;
    for (let c = 0; c < 3; c++)
      rgb[p * 3 + c] = Math.round(opacity[p]! * SKIN[c]! + (1 - opacity[p]!) * behind[p * 3 + c]!);
  }
  return composeFootage(frame, SIZE, mask, behind, { rgb, opacity }).rgb;
}

function greenPixels(picture: Uint8Array): number {
  let count = 0;
  for (let p = 0; p < picture.length; p += 3) if (picture[p + 1]! - Math.max(picture[p]!, picture[p + 2]!) > 2) count++;
  return count;
}

function pixelAtChin(frame: number, jaw: number, aboveCm: number): number {
  const world = face.world(jaw);
  const [x, y, z] = [0, 1, 2].map((axis) => world[CHIN * 3 + axis]!) as [number, number, number];
  const up = aboveCm * face.transforms.scale;
  const pixel = project(camera(frame), intrinsicsOf(face.transforms), x, y + up, z)!;
  return Math.floor(pixel[1]) * SIZE + Math.floor(pixel[0]);
}

describe.each(['face', 'head'] as const)('composeFootage, %s', (replace) => {
  it('shows nothing of a recorded mouth that was painted green, whatever the jaw does', () => {
    for (let frame = 0; frame < FRAMES; frame++) {
      const footage = recorded(frame);
      expect(greenPixels(footage.rgb)).toBeGreaterThan(100);
      expect(greenPixels(compose(footage, frame, (frame + 10) % 20, replace))).toBe(0);
    }
  });

  it('shows neck, not a second chin, where the recorded chin was lower', () => {
    const out = compose(recorded(OPEN, SKIN), OPEN, CLOSED, replace);
    const between = pixelAtChin(OPEN, OPEN, 0.7);
    expect([...out.subarray(between * 3, between * 3 + 3)]).toEqual([...NECK]);
  });

  it('lays the head over the collar where the recorded chin was higher', () => {
    const out = compose(recorded(CLOSED, SKIN), CLOSED, OPEN, replace);
    const between = pixelAtChin(CLOSED, OPEN, 0.7);
    [...out.subarray(between * 3, between * 3 + 3)].forEach((v, c) => expect(Math.abs(v - SKIN[c]!)).toBeLessThan(4));
  });

  it('leaves every pixel outside the mask as recorded', () => {
    const footage = recorded(OPEN);
    const points = headPoints(face.transforms, face.points, face.found);
    const mask = replacedRegion(points, intrinsicsOf(face.transforms), replace, true).mask(camera(OPEN));
    const out = compose(footage, OPEN, CLOSED, replace);
    const { left, top, width, height } = mask.window;
    let outside = 0;
    for (let p = 0; p < SIZE * SIZE; p++) {
      const [x, y] = [(p % SIZE) - left, Math.floor(p / SIZE) - top];
      const inside = x >= 0 && y >= 0 && x < width && y < height && mask.alpha[y * width + x]! > 0;
      if (inside) continue;
      outside++;
      for (let c = 0; c < 3; c++) if (out[p * 3 + c] !== footage.rgb[p * 3 + c]) throw new Error(`pixel ${p} changed`);
    }
    expect(outside).toBeGreaterThan((SIZE * SIZE) / 2);
  });
});

describe('replacedRegion', () => {
  it('moves with the head', () => {
    const points = headPoints(face.transforms, face.points, face.found);
    const region = replacedRegion(points, intrinsicsOf(face.transforms), 'face', true);
    const moved = camera(0).slice();
    moved[3] = moved[3]! - 0.2; // the camera to the left, the head to the right
    expect(region.mask(moved).window.left).toBeGreaterThan(region.mask(camera(0)).window.left + 10);
  });

  it('keeps the eyes of the recorded frame, unless the network draws them', () => {
    const points = headPoints(face.transforms, face.points, face.found);
    const intrinsics = intrinsicsOf(face.transforms);
    const eye = project(camera(0), intrinsics, ...points.rest(159))!;
    const alphaAtEye = (keepEyes: boolean): number => {
      const { window, alpha } = replacedRegion(points, intrinsics, 'head', keepEyes).mask(camera(0));
      return alpha[(Math.floor(eye[1]) - window.top) * window.width + Math.floor(eye[0]) - window.left]!;
    };
    expect(alphaAtEye(true)).toBeLessThan(0.05);
    expect(alphaAtEye(false)).toBe(1);
  });
});
