// A face with known truth: bumpy half ellipsoid of points, moving head, exact projections.
import { MEDIAPIPE_FOCAL, REFERENCE_SIZE, makeObservations, type Observations } from './observations.js';
import { expRotation, multiply } from './rotation.js';
import { alignShape } from './gauge.js';

export interface SyntheticOptions {
  frames: number;
  points: number;
  focal: number;
  /** Largest yaw, degrees. */
  yaw: number;
  /** Standard deviation of the detector's error, px at 512. */
  noise: number;
  /** Standard deviation of the person from the canonical face, cm. */
  identity: number;
  size?: number;
}

export interface Synthetic {
  observations: Observations;
  /** In the gauge of the fit: shape aligned to the canonical points. */
  truth: { rotations: Float64Array; translations: Float64Array; shape: Float64Array };
}

/** Linear congruential generator: the same face on every machine. */
export function randomStream(seed: number): { uniform: () => number; normal: () => number } {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

export function makeSynthetic(options: SyntheticOptions): Synthetic {
  const { frames, points, focal, size = REFERENCE_SIZE } = options;
  const { uniform, normal } = randomStream(7);
  const canonical = new Float64Array(points * 3);
  for (let n = 0; n < points; n++) {
    const x = (uniform() - 0.5) * 14,
      y = (uniform() - 0.5) * 16;
    canonical.set([x, y, 5 * Math.sqrt(Math.max(0, 1 - (x / 8) ** 2 - (y / 9) ** 2)) + uniform()], n * 3);
  }
  const shape = canonical.map((v) => v + options.identity * normal());
  const rotations = new Float64Array(frames * 9),
    translations = new Float64Array(frames * 3);
  const turn = new Float64Array(9),
    degree = Math.PI / 180;
  const landmarks = {
    points: new Float64Array(frames * points * 3),
    matrix: new Float64Array(frames * 16),
    found: new Uint8Array(frames).fill(1),
  };
  for (let t = 0; t < frames; t++) {
    const phase = (2 * Math.PI * t) / frames;
    expRotation(
      Float64Array.of(
        8 * degree * Math.sin(3 * phase),
        options.yaw * degree * Math.sin(phase),
        5 * degree * Math.cos(2 * phase),
      ),
      rotations,
      t * 9,
    );
    translations.set([2 * Math.sin(2 * phase), Math.cos(phase), (-92 * focal) / 1400 + 3 * Math.sin(phase)], t * 3);
    for (let n = 0; n < points; n++) {
      const q = [0, 1, 2].map(
        (i) =>
          rotations[t * 9 + i * 3]! * shape[n * 3]! +
          rotations[t * 9 + i * 3 + 1]! * shape[n * 3 + 1]! +
          rotations[t * 9 + i * 3 + 2]! * shape[n * 3 + 2]! +
          translations[t * 3 + i]!,
      );
      const unit = size / REFERENCE_SIZE;
      landmarks.points[(t * points + n) * 3] = size / 2 + unit * ((focal * q[0]!) / -q[2]! + options.noise * normal());
      landmarks.points[(t * points + n) * 3 + 1] =
        size / 2 - unit * ((focal * q[1]!) / -q[2]! + options.noise * normal());
    }
    // As MediaPipe gives it: a scaled matrix, off by a few degrees, for its own focal length.
    const first = new Float64Array(9);
    expRotation(Float64Array.of(3 * degree * normal(), 3 * degree * normal(), degree * normal()), turn);
    multiply(turn, 0, rotations, t * 9, first, 0);
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) landmarks.matrix[t * 16 + c * 4 + r] = 1.07 * first[r * 3 + c]!;
      landmarks.matrix[t * 16 + 12 + r] =
        translations[t * 3 + r]! * (r === 2 ? MEDIAPIPE_FOCAL / focal : 1) + 0.3 * normal();
    }
    landmarks.matrix[t * 16 + 15] = 1;
  }
  const truth = { rotations, translations, shape };
  alignShape(truth, canonical);
  return { observations: makeObservations(landmarks, size, [...Array(points).keys()], canonical), truth };
}
