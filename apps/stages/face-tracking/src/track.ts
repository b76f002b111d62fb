// Landmarks in, judged and smoothed track out: the order of the steps, without any files.
import type { Finding } from '@portrait/contracts';
import { adjustBundle, type RigidFit } from './bundle-adjustment.js';
import { searchFocal, type FocalHypothesis } from './focal-search.js';
import { projectionError } from './pose-fit.js';
import type { Observations } from './problem.js';
import { judgeTrack, type TrackLimits } from './quality.js';
import type { Segment } from './segments.js';
import { smoothTrack, trackJitter, type PoseTrack } from './smoothing.js';

export interface TrackOptions {
  /** px at 512; null: search. */
  focal: number | null;
  focalPrior: number;
  focalPriorSigma: number;
  cauchy: number;
  shapeSigma: number;
  smoothing: number;
  limits: TrackLimits;
  /** Called often with the share done, 0..1; may throw to stop. */
  between?: (done: number, message: string) => Promise<void>;
}

export interface FaceTrack {
  fit: RigidFit;
  track: PoseTrack;
  trust: Float64Array;
  findings: Finding[];
  hypotheses: FocalHypothesis[];
  /** [F] of the smoothed track, px at 512; NaN where no face was found. */
  frameRmse: Float64Array;
  rmse: number;
  jitter: { before: { degrees: number; cm: number }; after: { degrees: number; cm: number } };
}

/** Most frames the search for the focal length looks at; more do not change its answer (measured on a 71 s clip). */
const SEARCH_FRAMES = 200;
const SEARCH_SHARE = 0.4;

/** Throws TRACKING_FAILED naming the frames. */
export async function trackFace(
  observations: Observations,
  segments: readonly Segment[],
  options: TrackOptions,
): Promise<FaceTrack> {
  const { cauchy, shapeSigma, between } = options;
  let focal = options.focal;
  let hypotheses: FocalHypothesis[] = [];
  if (focal === null) {
    const search = await searchFocal(observations, {
      prior: options.focalPrior,
      priorSigma: options.focalPriorSigma,
      cauchy,
      shapeSigma,
      frames: SEARCH_FRAMES,
      between: async (done) => between?.(done * SEARCH_SHARE, 'focal length'),
    });
    ({ focal, hypotheses } = search);
  }
  const start = options.focal === null ? SEARCH_SHARE : 0;
  const fit = await adjustBundle(observations, {
    focal,
    cauchy,
    shapeSigma,
    iterations: 40,
    between: async (done) => between?.(start + done * (1 - start), 'bundle adjustment'),
  });
  const { trust, findings } = judgeTrack(fit, observations.found, segments, options.limits);
  const raw = smoothTrack(fit, trust, segments, 0);
  const track = smoothTrack(fit, trust, segments, options.smoothing);
  const smoothed = { ...fit, ...track };
  const frameRmse = fit.frameRmse.map((e, t) =>
    Number.isNaN(e) ? NaN : Math.sqrt(projectionError(observations, smoothed, t) / observations.points),
  );
  let sum = 0,
    trusted = 0;
  frameRmse.forEach((e, t) => {
    if (trust[t]! > 0) {
      sum += e * e;
      trusted++;
    }
  });
  return {
    fit,
    track,
    trust,
    findings,
    hypotheses,
    frameRmse,
    rmse: Math.sqrt(sum / Math.max(1, trusted)),
    jitter: { before: trackJitter(raw, segments), after: trackJitter(track, segments) },
  };
}
