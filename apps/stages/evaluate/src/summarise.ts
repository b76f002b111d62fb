// From what was measured frame by frame to the figures of the report. Pure.
import {
  actionUnitError,
  avOffset,
  blinkFollow,
  jitter,
  lmd,
  mouthFollow,
  openings,
  stillMouthLmd,
  type OpeningPredictor,
  type TrueFaces,
} from '@portrait/nerf';
import { mean } from './mean.js';
import type { FrameMeasure } from './measure.js';
import type { Metrics, Report } from './report.js';

export interface SummaryInputs {
  size: number;
  trainFrames: number;
  cuts: readonly number[];
  faces: TrueFaces;
  measures: readonly FrameMeasure[];
  /** null where it was not asked for. */
  footage: Metrics['footage'];
  /** Opening as the sound of the clip tells it; null where the training part was too short to learn it. */
  predicted: ReturnType<OpeningPredictor['predict']> | null;
}

export function summarise({ size, trainFrames, cuts, faces, measures, footage, predicted }: SummaryInputs): {
  metrics: Metrics;
  series: Report['series'];
} {
  const frames = measures.map((m) => m.frame);
  const truth = frames.map((f) => faces.points[f] ?? null);
  const trueOpening = frames.map((f) => faces.opening[f] ?? null);
  const rendered = measures.map((m) => m.face?.points ?? null);
  const renderedOpening = openings(rendered);
  const wrongOpening = openings(measures.map((m) => m.wrongFace?.points ?? null));
  const follow = mouthFollow(trueOpening, renderedOpening);
  const wrong = mouthFollow(trueOpening, wrongOpening);
  const jitterRendered = jitter(rendered, frames, cuts);
  const jitterTruth = jitter(truth, frames, cuts);

  const metrics: Metrics = {
    head: {
      psnrFull: mean(measures.map((m) => m.psnrFull)),
      psnrHead: mean(measures.map((m) => m.psnrHead)),
      psnrMouth: mean(measures.map((m) => m.psnrMouth)),
      lpips: mean(measures.map((m) => m.lpips)),
    },
    composite: measures.some((m) => m.wholePsnr !== null)
      ? { psnrFull: mean(measures.map((m) => m.wholePsnr)), lpips: mean(measures.map((m) => m.wholeLpips)) }
      : null,
    footage,
    mouth: {
      lmd: lmd(truth, rendered, size),
      lmdStill: stillMouthLmd(truth, faces.points.slice(0, trainFrames), size),
      correlation: follow.correlation,
      amplitude: follow.amplitude,
      chance: follow.chance,
      wrongAudioCorrelation: wrong.frames > 1 ? wrong.correlation : null,
      sharpness: mean(measures.map((m) => m.sharpness)),
    },
    sync: predicted && avOffset(renderedOpening, frames, predicted),
    truthSync: predicted && avOffset(trueOpening, frames, predicted),
    actionUnits: bothHalves(
      frames.map((f) => faces.blendshapes[f] ?? null),
      measures.map((m) => m.face?.blendshapes ?? null),
    ),
    jitter: {
      rendered: jitterRendered,
      truth: jitterTruth,
      ratio: jitterRendered !== null && jitterTruth ? jitterRendered / jitterTruth : null,
    },
    blink: blinkFollow(truth, rendered),
    faceFound: measures.length > 0 ? rendered.filter((r) => r !== null).length / measures.length : 0,
    samplesPerFrame: mean(measures.map((m) => m.samples)) ?? 0,
  };
  return {
    metrics,
    series: {
      frame: frames,
      trueOpening,
      renderedOpening,
      wrongAudioOpening: wrongOpening,
      psnrHead: measures.map((m) => m.psnrHead),
      psnrMouth: measures.map((m) => m.psnrMouth),
    },
  };
}

const bothHalves = (truth: (Float32Array | null)[], rendered: (Float32Array | null)[]): Metrics['actionUnits'] => ({
  lower: actionUnitError(truth, rendered, 'lower'),
  upper: actionUnitError(truth, rendered, 'upper'),
});
