// One frame of a moving portrait, by inverse warping: first undoes the head motion (a rigid ellipsoid that fades out
// into neck and background), then moves lids and lips in the coordinates of the still.
import type { StillFace } from './features.js';

export interface Still {
  size: number;
  /** [size,size,3] */
  rgb: Uint8Array;
  face: StillFace;
}

interface FrameMotion {
  yaw: number;
  pitch: number;
  roll: number;
  shiftX: number;
  shiftY: number;
  mouthOpening: number;
  blink: number;
}

/** Maximum gap between the lips, relative to half the width of the mouth. */
const MAX_MOUTH_GAP = 0.45;
const DEGREE = Math.PI / 180;

const smoothstep = (from: number, to: number, x: number): number => {
  const t = Math.max(0, Math.min(1, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
};

/** Gap between the lips at mouthOpening = 1. */
export function maxMouthGapPx({ mouth }: StillFace): number {
  return MAX_MOUTH_GAP * mouth.half;
}

export function warpFrame(still: Still, motion: FrameMotion): Uint8Array {
  const { size, rgb } = still;
  const out = new Uint8Array(rgb.length);
  const moved = headMotion(still.face, motion);
  const colour: [number, number, number] = [0, 0, 0];
  const source: [number, number] = [0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const o = (y * size + x) * 3;
      if (!moved(x, y, source)) {
        out[o] = rgb[o]!;
        out[o + 1] = rgb[o + 1]!;
        out[o + 2] = rgb[o + 2]!;
        continue;
      }
      faceColour(still, source[0], source[1], motion, colour);
      out[o] = colour[0];
      out[o + 1] = colour[1];
      out[o + 2] = colour[2];
    }
  }
  return out;
}

/** Inverse of the head's motion; false where nothing moves. */
function headMotion({ head }: StillFace, m: FrameMotion): (x: number, y: number, out: [number, number]) => boolean {
  const { x: cx, y: cy, halfWidth: a, halfHeight: b } = head;
  const sy = Math.sin(m.yaw * DEGREE),
    sp = Math.sin(m.pitch * DEGREE);
  const cosYaw = Math.cos(m.yaw * DEGREE),
    cosPitch = Math.cos(m.pitch * DEGREE);
  const sr = Math.sin(m.roll * DEGREE),
    cr = Math.cos(m.roll * DEGREE);
  const pivot = 1.4 * b; // a head rolls about the top of the spine, below the chin
  return (x, y, out) => {
    const e = Math.hypot((x - cx) / (1.35 * a), (y - cy + 0.15 * b) / (1.55 * b));
    const weight = 1 - smoothstep(0.95, 1.4, e);
    if (weight === 0) return false;
    let qx = x,
      qy = y;
    // Fixed-point iteration: the shift of a point depends on its source.
    for (let round = 0; round < 3; round++) {
      const u = qx - cx,
        v = qy - cy;
      // Depth relative to the axis of the neck: in front at the middle of the face, behind at the ears.
      const depth = a * (1.1 * Math.max(0, 1 - (u / (1.08 * a)) ** 2 - (v / (1.5 * b)) ** 2) - 0.4);
      const tu = u * cosYaw + depth * sy,
        tv = v * cosPitch + depth * sp;
      // Roll is counter-clockwise in the picture, whose y points down.
      const ru = cr * tu + sr * (tv - pivot),
        rv = -sr * tu + cr * (tv - pivot) + pivot;
      qx = x - weight * (ru - u + m.shiftX);
      qy = y - weight * (rv - v + m.shiftY);
    }
    out[0] = qx;
    out[1] = qy;
    return true;
  };
}

function faceColour(still: Still, x: number, y: number, motion: FrameMotion, out: [number, number, number]): void {
  const { face } = still;
  if (motion.blink > 0) {
    for (const eye of face.eyes) {
      const u = ((x - eye.x) * eye.ax + (y - eye.y) * eye.ay) / eye.half,
        v = (y - eye.y) * eye.ax - (x - eye.x) * eye.ay;
      if (Math.abs(u) >= 1) continue;
      const arch = 1 - u * u,
        upper = -eye.above * arch,
        lower = eye.below * arch;
      const fold = upper - 1.4 * (eye.above + eye.below),
        edge = upper + motion.blink * (lower - upper);
      if (v <= fold || v >= edge) continue;
      // Stretches the skin above the lid down over the eye.
      const shift = ((v - fold) * (upper - fold)) / (edge - fold) + fold - v;
      sample(still, x - shift * eye.ay, y + shift * eye.ax, out);
      const lash = smoothstep(edge - 0.25 * (eye.above + eye.below), edge, v) * 0.45 * motion.blink;
      for (const c of [0, 1, 2] as const) out[c] *= 1 - lash;
      return;
    }
  }
  const gap = motion.mouthOpening * maxMouthGapPx(face);
  if (gap > 0.05) {
    const { mouth, head } = face;
    const along = (x - mouth.x) * mouth.ax + (y - mouth.y) * mouth.ay,
      u = along / mouth.half;
    const v = (y - mouth.y) * mouth.ax - (x - mouth.x) * mouth.ay - mouth.line * Math.max(0, 1 - u * u);
    if (v > 0) {
      const lips = gap * Math.max(0, 1 - u * u) ** 0.8;
      if (v < lips) return mouthInside(v / Math.max(gap, 1), mouth.teeth, lips - v, out);
      const chin = Math.max(1, head.chinY - mouth.y - mouth.line);
      const jaw = gap * Math.max(0, 1 - (along / (2.4 * mouth.half)) ** 2) ** 2;
      // From the shape of the lips to the shape of the jaw, then out below the chin.
      const toJaw = smoothstep(0, 0.8 * chin, v - lips);
      const shift =
        (lips * (1 - toJaw) + 0.75 * jaw * toJaw) *
        (1 - smoothstep(1.05 * chin, 1.05 * chin + 0.7 * head.halfHeight, v));
      return sample(still, x + shift * mouth.ay, y - shift * mouth.ax, out);
    }
  }
  sample(still, x, y, out);
}

/** Dark, with a row of teeth at the top unless the still shows its own; reddish towards the lower lip. */
function mouthInside(depth: number, teeth: boolean, aboveLip: number, out: [number, number, number]): void {
  const row = teeth ? 0 : 1 - smoothstep(0.22, 0.34, depth);
  const tongue = 1 - smoothstep(0, 6, aboveLip);
  out[0] = 48 + 150 * row + 60 * tongue;
  out[1] = 18 + 165 * row + 20 * tongue;
  out[2] = 18 + 155 * row + 22 * tongue;
}

function sample({ size, rgb }: Still, x: number, y: number, out: [number, number, number]): void {
  const px = Math.max(0, Math.min(size - 1.001, x)),
    py = Math.max(0, Math.min(size - 1.001, y));
  const ix = Math.floor(px),
    iy = Math.floor(py),
    fx = px - ix,
    fy = py - iy;
  const o = (iy * size + ix) * 3,
    below = o + size * 3;
  for (const c of [0, 1, 2] as const) {
    const top = rgb[o + c]! * (1 - fx) + rgb[o + 3 + c]! * fx,
      bottom = rgb[below + c]! * (1 - fx) + rgb[below + 3 + c]! * fx;
    out[c] = top * (1 - fy) + bottom * fy + 0.5;
  }
}
