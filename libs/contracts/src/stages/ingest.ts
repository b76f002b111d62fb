// ingest: a recording as it comes → the clip that every other stage starts from.
import { z } from 'zod';
import { input } from './inputs.js';
import { stageSpec, type ParamsOf } from './stage-spec.js';

const thresholdsSchema = z
  .strictObject({
    minSeconds: z
      .number()
      .min(1)
      .max(600)
      .default(3)
      .describe('Shortest clip that is let through, seconds. Default ours: below it nothing is left to hold out.'),
    goodSeconds: z
      .number()
      .min(1)
      .max(3600)
      .default(60)
      .describe(
        'Clips shorter than this bring a warning, seconds. Default ours: about a minute is where the ' +
          'lips begin to generalise; the paper uses 3 to 5 minutes.',
      ),
    minFaceHeight: z
      .number()
      .min(16)
      .max(1024)
      .default(64)
      .describe(
        'Smallest face, hairline to chin, px of the source. Default ours: the landmark model sees ' +
          '256 px, a quarter of it is left.',
      ),
    maxMissingSeconds: z
      .number()
      .min(0.2)
      .max(10)
      .default(1)
      .describe(
        'Longest stretch without a face that is let through, seconds. Default ours: longer than a turn of the head.',
      ),
    maxSecondFaceShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        'Largest share of frames that may show a second face. Default ours: passers-by do no harm, a ' +
          'second speaker does.',
      ),
    maxFaceCutShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('Largest share of frames in which the edge of the picture cuts the face. Default ours.'),
    maxYawDegrees: z
      .number()
      .min(5)
      .max(90)
      .default(35)
      .describe(
        'Head turns beyond this bring a warning, degrees. Default ours: the far eye is hidden from about here on.',
      ),
    minSnrDb: z
      .number()
      .min(0)
      .max(60)
      .default(12)
      .describe('Speech less this far above the background brings a warning, dB. Default ours.'),
    maxAvOffsetSeconds: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.05)
      .describe(
        'Sound-to-picture offsets beyond this bring a warning, seconds. Default: a little more than one frame.',
      ),
  })
  .prefault({});

const params = z.strictObject({
  size: z
    .union([z.number().int().min(64).max(1024).multipleOf(2), z.literal('source')])
    .default(512)
    .describe(
      'Side of the square clip, px, even, 64 to 1024; `source` keeps the scale of the crop. Never ' +
        "more than 1.5 times the crop. Default: that of the paper's own data.",
    ),
  avOffsetCorrection: z
    .enum(['report', 'correct'])
    .default('report')
    .describe(
      '`correct` moves the sound by the measured offset; `report` only tells. Default ours: a ' +
        'measurement may err, a shift cannot be seen later.',
    ),
  startSeconds: z
    .number()
    .min(0)
    .max(86400)
    .default(0)
    .describe('Where the clip starts in the recording, seconds after its first picture.'),
  durationSeconds: z
    .number()
    .min(1)
    .max(86400)
    .nullable()
    .default(null)
    .describe('Length taken from there, seconds; null takes all.'),
  thresholds: thresholdsSchema.describe('Where the grading draws its lines.'),
});

export const ingestSpec = stageSpec({
  name: 'ingest',
  title: 'Ingest and grade the clip',
  version: 3,
  service: 'ingest',
  resource: 'cpu',
  inputs: { video: input('source-video') },
  outputs: { clip: 'clip' },
  params: params,
});

export type IngestParams = ParamsOf<typeof ingestSpec>;
