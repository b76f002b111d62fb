// A complete set of figures for specs; each spec changes what it is about.
import type { Metrics } from './report.js';

const base: Metrics = {
  head: { psnrFull: 34, psnrHead: 30, psnrMouth: 26, lpips: 0.05 },
  composite: { psnrFull: 31, lpips: 0.06 },
  footage: {
    face: { psnrFull: 40.5, psnrReplaced: 31, lpips: 0.006, seam: 0.95 },
    head: { psnrFull: 38, psnrReplaced: 31, lpips: 0.011, seam: 0.93 },
    neckBand: { psnr: 34, flicker: 1.1 },
    loop: { seconds: 16, jump: 1.2 },
  },
  mouth: {
    lmd: 1.3,
    lmdStill: 2,
    correlation: 0.75,
    amplitude: 0.9,
    chance: 0.2,
    wrongAudioCorrelation: 0.05,
    sharpness: 0.6,
  },
  sync: {
    offset: 0,
    fineOffset: 0.1,
    peak: 0.6,
    confidence: 0.5,
    curve: [
      { offset: -1, correlation: 0.4 },
      { offset: 0, correlation: 0.6 },
      { offset: 1, correlation: 0.5 },
    ],
  },
  truthSync: null,
  actionUnits: { lower: 0.05, upper: 0.03 },
  jitter: { rendered: 0.3, truth: 0.4, ratio: 0.75 },
  blink: { correlation: 0.9, amplitude: 0.8 },
  faceFound: 1,
  samplesPerFrame: 250_000,
};

export function someMetrics(change: { mouth?: Partial<Metrics['mouth']>; sync?: Metrics['sync'] } = {}): Metrics {
  return {
    ...base,
    mouth: { ...base.mouth, ...change.mouth },
    sync: change.sync === undefined ? base.sync : change.sync,
  };
}
