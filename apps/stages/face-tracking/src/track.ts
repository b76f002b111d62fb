// Landmarks → judged and smoothed track. No files.
import type { Finding } from '@portrait/contracts';
import { adjustBundle, type RigidFit } from './bundle-adjustment.js';
import { searchFocal, type FocalHypothesis } from './focal-search.js';
import { projectionError } from './pose-fit.js';
import type { Observations } from './observations.js';
import { judgeTrack, type TrackLimits } from './quality.js';
import type { Segment } from './segments.js';
import { smoothTrack, trackJitter, type PoseTrack } from './smoothing.js';

interface TrackOptions {
  /** px at 512; null searches it. */
  focal: number | null;
  focalPrior: number;
  focalPriorSigma: number;
  cauchy: number;
  shapeSigma: number;
  smoothing: number;
  limits: TrackLimits;
  /** Called often with the share done, 0…1; may throw to stop. */
  onStep?: (done: number, message: string) => Promise<void>;
}

interface FaceTrack {
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

/** More frames do not change the focal length found (measured on a 71 s clip). */
const MAX_SEARCH_FRAMES = 200;
/** Share of the progress that the focal search takes. */
const SEARCH_SHARE = 0.4;

/** @throws PortraitError TRACKING_FAILED with the frames */
export async function trackFace(
  observations: Observations,
  segments: readonly Segment[],
  options: TrackOptions,
): Promise<FaceTrack> {
  const { cauchy, shapeSigma, onStep } = options;
  let focal = options.focal;
  let hypotheses: FocalHypothesis[] = [];
  if (focal === null) {
    const search = await searchFocal(observations, {
      prior: options.focalPrior,
      priorSigma: options.focalPriorSigma,
      cauchy,
      shapeSigma,
      frames: MAX_SEARCH_FRAMES,
      onStep: async (done) => onStep?.(done * SEARCH_SHARE, 'focal length'),
    });
    ({ focal, hypotheses } = search);
  }
  const start = options.focal === null ? SEARCH_SHARE : 0;
  const fit = await adjustBundle(observations, {
    focal,
    cauchy,
    shapeSigma,
    iterations: 40,
    onStep: async (done) => onStep?.(start + done * (1 - start), 'bundle adjustment'),
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
