// Focal length of the recording. A frontal face hardly shows it (re-projection error within 1 % over an octave), so the
// search weighs the error against a prior: 1400 px at 512, from measured clips. The weighting is ours.
import { adjustBundle } from './bundle-adjustment.js';
import { eulerDegrees } from './rotation.js';
import { selectFrames, type Observations } from './observations.js';

interface FocalSearchOptions {
  /** Expected focal length, px at 512, and its standard deviation in natural log units. */
  prior: number;
  priorSigma: number;
  cauchy: number;
  shapeSigma: number;
  /** Maximum number of frames used. */
  frames: number;
  onStep?: (done: number) => Promise<void>;
}

export interface FocalHypothesis {
  focal: number;
  rmse: number;
  cost: number;
}

/** Focal lengths to try, relative to the prior: steps of √2 over three octaves. */
const FOCAL_FACTORS = [-3, -2, -1, 0, 1, 2, 3].map((k) => 2 ** (k / 2));
/** Errors repeat from frame to frame, so a whole clip counts as this many independent frames. */
const INDEPENDENT_FRAMES = 20;
/** Keeps the logarithm of a perfect fit finite. */
const MIN_NOISE_PX = 0.02;

export async function searchFocal(
  observations: Observations,
  options: FocalSearchOptions,
): Promise<{ focal: number; hypotheses: FocalHypothesis[] }> {
  const sample = selectFrames(observations, variedFrames(observations, options.frames));
  const hypotheses: FocalHypothesis[] = [];
  const evaluate = async (focal: number, step: number): Promise<FocalHypothesis> => {
    const { rmse } = await adjustBundle(sample, {
      focal,
      cauchy: options.cauchy,
      shapeSigma: options.shapeSigma,
      iterations: 12,
      onStep: async (done) => options.onStep?.((step + done) / (FOCAL_FACTORS.length + 1)),
    });
    const deviation = Math.log(focal / options.prior) / options.priorSigma;
    const hypothesis = {
      focal,
      rmse,
      cost: INDEPENDENT_FRAMES * Math.log(rmse * rmse + MIN_NOISE_PX * MIN_NOISE_PX) + deviation * deviation,
    };
    hypotheses.push(hypothesis);
    return hypothesis;
  };
  for (const [k, factor] of FOCAL_FACTORS.entries()) await evaluate(options.prior * factor, k);
  const minimum = parabolaMinimum(hypotheses);
  if (minimum !== null) await evaluate(minimum, FOCAL_FACTORS.length);
  hypotheses.sort((a, b) => a.focal - b.focal);
  const best = hypotheses.reduce((a, b) => (b.cost < a.cost ? b : a));
  return { focal: best.focal, hypotheses };
}

/** Minimum of the parabola in log focal length through the best hypothesis and its neighbours; null at either end. */
function parabolaMinimum(hypotheses: FocalHypothesis[]): number | null {
  let best = 0;
  hypotheses.forEach((h, k) => {
    if (h.cost < hypotheses[best]!.cost) best = k;
  });
  const [a, b, c] = [hypotheses[best - 1], hypotheses[best], hypotheses[best + 1]];
  if (!a || !b || !c) return null;
  const curvature = a.cost - 2 * b.cost + c.cost;
  if (!(curvature > 0)) return null;
  const shift = (a.cost - c.cost) / (2 * curvature);
  return b.focal * Math.exp(shift * Math.log(c.focal / b.focal));
}

/** Frames spread evenly over yaw and pitch, half each: turns of the head show the perspective. */
function variedFrames(observations: Observations, count: number): number[] {
  const found: { t: number; yaw: number; pitch: number }[] = [];
  for (let t = 0; t < observations.frames; t++) {
    if (observations.found[t]) found.push({ t, ...eulerDegrees(observations.firstRotations, t * 9) });
  }
  if (found.length <= count) return found.map((f) => f.t);
  const chosen = new Set<number>();
  for (const axis of ['yaw', 'pitch'] as const) {
    found.sort((a, b) => a[axis] - b[axis] || a.t - b.t);
    const half = Math.max(2, count >> 1);
    for (let k = 0; k < half; k++) chosen.add(found[Math.round((k * (found.length - 1)) / (half - 1))]!.t);
  }
  return [...chosen].sort((a, b) => a - b);
}
