// The figures of footage mode in the report, and how they come of what was measured frame by frame.
import { z } from 'zod';
import type { CompositeMeasure, FootageMeasure } from './footage.js';
import { mean } from './mean.js';

const figure = z.number().nullable();
const composite = z.object({
  psnrFull: figure,
  psnrReplaced: figure.describe('over the pixels that are mostly rendered'),
  lpips: figure,
  seam: figure.describe('mean gradient across the edge of the mask, rendered / recorded'),
});

export const footageMetricsSchema = z.object({
  face: composite.describe('jaw, mouth and cheeks rendered into the recorded frame'),
  head: composite.describe('the whole face but its eyes rendered into the recorded frame'),
  neckBand: z
    .object({ psnr: figure, flicker: figure })
    .describe('from jaw line to collar: PSNR, dB; change from frame to frame, rendered / recorded'),
  loop: z
    .object({ seconds: z.number(), jump: figure })
    .nullable()
    .describe('length of the loop of a long video; largest change at its jump over that of the frames around'),
});
export type FootageMetrics = z.infer<typeof footageMetricsSchema>;

export function summariseFootage(measures: readonly FootageMeasure[], loop: FootageMetrics['loop']): FootageMetrics {
  const changes = measures.flatMap(({ neckChange }) => (neckChange ? [neckChange] : []));
  const recorded = mean(changes.map((change) => change.recorded));
  const rendered = mean(changes.map((change) => change.rendered));
  return {
    face: summariseComposite(measures.map(({ face }) => face)),
    head: summariseComposite(measures.map(({ head }) => head)),
    neckBand: {
      psnr: mean(measures.map(({ neckPsnr }) => neckPsnr)),
      flicker: recorded && rendered !== null ? rendered / recorded : null,
    },
    loop,
  };
}

const summariseComposite = (measures: readonly CompositeMeasure[]): FootageMetrics['face'] => ({
  psnrFull: mean(measures.map((m) => m.psnrFull)),
  psnrReplaced: mean(measures.map((m) => m.psnrReplaced)),
  lpips: mean(measures.map((m) => m.lpips)),
  seam: mean(measures.map((m) => m.seam)),
});
