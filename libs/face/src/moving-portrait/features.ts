// Measures of a still face that the warp needs, in px of the output picture.
import { CHIN, FACE_OVAL, FACE_TOP } from '../indices.js';

/** Centre, unit vector along the feature (image left to right), half length. */
interface FeatureFrame {
  x: number;
  y: number;
  ax: number;
  ay: number;
  half: number;
}

export interface StillFace {
  head: { x: number; y: number; halfWidth: number; halfHeight: number; chinY: number };
  /** `line`: px below the line of the corners where the lips part. `teeth`: whether the still shows teeth. */
  mouth: FeatureFrame & { line: number; teeth: boolean };
  /** `above`, `below`: px from the line of the corners to the middle of the lids. */
  eyes: (FeatureFrame & { above: number; below: number })[];
}

/** Right then left eye: outer and inner corner, middle of upper and lower lid. Mouth: corners, middle of inner lips. */
const EYES = [
  [33, 133, 159, 145],
  [362, 263, 386, 374],
] as const;
const MOUTH = [61, 291, 13, 14] as const;
/** Cheek to cheek. */
const SIDES = [234, 454] as const;

/** @param points [478,3] px */
export function stillFaceFrom(points: ArrayLike<number>): StillFace {
  const at = (id: number): [number, number] => [points[id * 3]!, points[id * 3 + 1]!];
  const [left, right] = [at(SIDES[0]), at(SIDES[1])];
  const oval = FACE_OVAL.map(at);
  const mean = (axis: 0 | 1): number => oval.reduce((sum, p) => sum + p[axis], 0) / oval.length;
  const chinY = at(CHIN)[1];
  const mouthFrame = frameBetween(at(MOUTH[0]), at(MOUTH[1]));
  const upper = below(mouthFrame, at(MOUTH[2])),
    lower = below(mouthFrame, at(MOUTH[3]));
  return {
    head: {
      x: mean(0),
      y: mean(1),
      halfWidth: Math.hypot(right[0] - left[0], right[1] - left[1]) / 2,
      halfHeight: (chinY - at(FACE_TOP)[1]) / 2,
      chinY,
    },
    mouth: { ...mouthFrame, line: lower, teeth: lower - upper > 0.12 * mouthFrame.half },
    eyes: EYES.map(([a, b, top, bottom]) => {
      const frame = frameBetween(at(a), at(b));
      return { ...frame, above: -below(frame, at(top)), below: below(frame, at(bottom)) };
    }),
  };
}

function frameBetween(a: readonly [number, number], b: readonly [number, number]): FeatureFrame {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return {
    x: (a[0] + b[0]) / 2,
    y: (a[1] + b[1]) / 2,
    ax: (b[0] - a[0]) / length,
    ay: (b[1] - a[1]) / length,
    half: length / 2,
  };
}

/** Signed distance below the line of a frame, px. */
function below(frame: FeatureFrame, [x, y]: readonly [number, number]): number {
  return (y - frame.y) * frame.ax - (x - frame.x) * frame.ay;
}
