// Head jitter, blinks and facial action, judged from landmarks and blendshape scores of the same detector on both
// sides.
import { BLENDSHAPE_NAMES, eyeAperture, RIGID } from '@portrait/face';
import { correlation, deviation } from '../statistics.js';
import type { Landmarks } from './mouth.js';

/**
 * Mean size of the second difference in time of the rigid landmarks, px: how much the head trembles. Detector noise is
 * in it, so it is read as rendered over true. Triples that cross a gap are left out.
 * @param frames numbers of the frames; only neighbours in the clip form a triple
 * @param cuts first frames of new segments
 */
export function jitter(faces: readonly Landmarks[], frames: readonly number[], cuts: readonly number[]): number | null {
  let sum = 0;
  let count = 0;
  for (let i = 1; i + 1 < faces.length; i++) {
    const [before, at, after] = [faces[i - 1], faces[i], faces[i + 1]];
    const f = frames[i]!;
    if (
      !before ||
      !at ||
      !after ||
      frames[i - 1] !== f - 1 ||
      frames[i + 1] !== f + 1 ||
      cuts.includes(f) ||
      cuts.includes(f + 1)
    )
      continue;
    for (const id of RIGID) {
      const second = (axis: number): number => before[id * 3 + axis]! - 2 * at[id * 3 + axis]! + after[id * 3 + axis]!;
      sum += Math.hypot(second(0), second(1));
      count++;
    }
  }
  return count > 0 ? sum / count : null;
}

export interface BlinkFollow {
  /**
   * Pearson correlation of eye area over face area, rendered against true; null when the eyes of the truth hardly move.
   */
  correlation: number | null;
  /** Its standard deviation, rendered over true. */
  amplitude: number;
}

/**
 * Below this the true eyes do not blink in the frames looked at (an open eye is about .02, a blink takes all of it).
 */
const STILL_EYES = 5e-4;

export function blinkFollow(truth: readonly Landmarks[], rendered: readonly Landmarks[]): BlinkFollow {
  const both = truth.flatMap((t, i) => (t && rendered[i] ? [[eyeAperture(t), eyeAperture(rendered[i])] as const] : []));
  const [t, r] = [both.map(([v]) => v), both.map(([, v]) => v)];
  const moves = t.length > 1 ? deviation(t) : 0;
  return {
    correlation: moves > STILL_EYES ? correlation(t, r) : null,
    amplitude: t.length > 1 ? deviation(r) / Math.max(moves, 1e-9) : 0,
  };
}

/**
 * Action units and the blendshape scores that stand for them (left and right averaged). Approximations; after FACS and
 * MediaPipe's names.
 */
export const ACTION_UNITS = {
  lower: {
    AU10: ['mouthUpperUpLeft', 'mouthUpperUpRight'],
    AU12: ['mouthSmileLeft', 'mouthSmileRight'],
    AU14: ['mouthDimpleLeft', 'mouthDimpleRight'],
    AU15: ['mouthFrownLeft', 'mouthFrownRight'],
    AU16: ['mouthLowerDownLeft', 'mouthLowerDownRight'],
    AU17: ['mouthShrugLower'],
    AU18: ['mouthPucker'],
    AU20: ['mouthStretchLeft', 'mouthStretchRight'],
    AU22: ['mouthFunnel'],
    AU24: ['mouthPressLeft', 'mouthPressRight'],
    AU26: ['jawOpen'],
  },
  upper: {
    AU1: ['browInnerUp'],
    AU2: ['browOuterUpLeft', 'browOuterUpRight'],
    AU4: ['browDownLeft', 'browDownRight'],
    AU5: ['eyeWideLeft', 'eyeWideRight'],
    AU6: ['cheekSquintLeft', 'cheekSquintRight'],
    AU7: ['eyeSquintLeft', 'eyeSquintRight'],
    AU9: ['noseSneerLeft', 'noseSneerRight'],
    AU45: ['eyeBlinkLeft', 'eyeBlinkRight'],
  },
} as const;

/**
 * Mean absolute difference of the action units of one half of the face, scores 0 … 1, over frames in which both faces
 * were found. Not the papers' AUE: that needs OpenFace, whose licence forbids commercial use.
 */
export function actionUnitError(
  truth: readonly (Float32Array | null)[],
  rendered: readonly (Float32Array | null)[],
  half: keyof typeof ACTION_UNITS,
): number | null {
  const units = Object.values(ACTION_UNITS[half]).map((names: readonly string[]) =>
    names.map((n) => BLENDSHAPE_NAMES.indexOf(n as (typeof BLENDSHAPE_NAMES)[number])),
  );
  const score = (scores: Float32Array, ids: number[]): number =>
    ids.reduce((sum, id) => sum + scores[id]!, 0) / ids.length;
  let sum = 0;
  let count = 0;
  truth.forEach((t, i) => {
    const r = rendered[i];
    if (!t || !r) return;
    for (const ids of units) sum += Math.abs(score(t, ids) - score(r, ids));
    count += units.length;
  });
  return count > 0 ? sum / count : null;
}
