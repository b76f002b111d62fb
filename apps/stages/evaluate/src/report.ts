// report.json: every figure of the evaluation with its unit, as a schema. Not here: how a figure is measured (nerf's
// metrics).
import { z } from 'zod';
import { footageMetricsSchema } from './footage-metrics.js';

const figure = z.number().nullable();
const db = figure.describe('dB, mean over frames; null when nothing could be compared');

export const avOffsetSchema = z.object({
  offset: z.number().int().describe('video frames of 40 ms; positive: the sound is late'),
  fineOffset: z.number().describe('the same between frames, by a parabola through the peak'),
  peak: z.number().describe('correlation of the opening the sound predicts with the measured one, at that offset'),
  confidence: z
    .number()
    .describe(
      'peak less the median of the curve; on 6.5 s of a newsreader .87 with the right sound, .40 ' +
        'with wrong. Not comparable with LSE-C',
    ),
  curve: z.array(z.object({ offset: z.number().int(), correlation: z.number() })),
});

export const metricsSchema = z.object({
  head: z
    .object({
      psnrFull: db,
      psnrHead: db.describe('dB inside the head mask'),
      psnrMouth: db.describe('dB inside the lips rectangle'),
      lpips: figure.describe('LPIPS v0.1 AlexNet, full frame; null when its weights are not at hand'),
    })
    .describe('rendered head over the true torso and plate, against the frame of the clip'),
  composite: z
    .object({ psnrFull: db, lpips: figure })
    .nullable()
    .describe('head, torso model and plate together; null when not asked for'),
  footage: footageMetricsSchema
    .nullable()
    .default(null)
    .describe('the rendered face and head inside the recorded frames; null when not asked for'),
  mouth: z.object({
    lmd: figure.describe('px at 512, MediaPipe lip points, both sets centred'),
    lmdStill: figure.describe('the same for a mouth that keeps the mean shape of the training frames'),
    correlation: z.number().describe('Pearson, mouth opening rendered against true'),
    amplitude: z.number().describe('standard deviation of the opening, rendered / true'),
    chance: figure.describe(
      '95th percentile of the correlation with the true mouth of other moments; null below three seconds',
    ),
    wrongAudioCorrelation: figure.describe('the same portrait with each frame given the sound of another moment'),
    sharpness: figure.describe('mean Laplacian in the lips rectangle, rendered / true'),
  }),
  sync: avOffsetSchema.nullable().describe('null when fewer than two seconds could be compared'),
  truthSync: avOffsetSchema.nullable().describe('the same meter on the true frames: what the clip itself scores'),
  actionUnits: z
    .object({ lower: figure, upper: figure })
    .describe('mean absolute difference of blendshape scores grouped by action unit, 0…1'),
  jitter: z
    .object({ rendered: figure, truth: figure, ratio: figure })
    .describe('px, mean second difference of rigid landmarks'),
  blink: z
    .object({ correlation: figure, amplitude: z.number() })
    .describe('eye area over face area, rendered against true'),
  faceFound: z.number().describe('share of rendered frames in which a face is found'),
  samplesPerFrame: z
    .number()
    .describe(
      'network evaluations a rendered frame; frames a second differ from run to run and are a ' +
        'metric of the stage instead',
    ),
});
export type Metrics = z.infer<typeof metricsSchema>;

export const judgedFloorSchema = z.object({
  name: z.string(),
  unit: z.string(),
  value: figure,
  floor: z.string(),
  aim: z.string(),
  outcome: z.enum(['aim met', 'floor met', 'missed', 'not measured']),
  /** In words, for people. */
  sentence: z.string(),
});
export type JudgedFloor = z.infer<typeof judgedFloorSchema>;

export const reportSchema = z.object({
  format: z.literal(1),
  portrait: z.object({
    size: z.number().int(),
    extractor: z.string(),
    extractorVersion: z.number().int(),
    headSteps: z.number().int(),
    lipsSteps: z.number().int(),
    trainFrames: z.number().int(),
    frames: z.number().int(),
  }),
  heldOut: z.object({
    first: z.number().int(),
    last: z.number().int(),
    stride: z.number().int(),
    count: z.number().int(),
  }),
  metrics: metricsSchema,
  floors: z.array(judgedFloorSchema),
  mouthFollows: z.object({ follows: z.boolean(), reason: z.string(), advice: z.string() }),
  /** One entry a frame looked at, in order. Openings are inner lips over face height; null where no face was found. */
  series: z.object({
    frame: z.array(z.number().int()),
    trueOpening: z.array(figure),
    renderedOpening: z.array(figure),
    wrongAudioOpening: z.array(figure),
    psnrHead: z.array(figure),
    psnrMouth: z.array(figure),
  }),
});
export type Report = z.infer<typeof reportSchema>;
