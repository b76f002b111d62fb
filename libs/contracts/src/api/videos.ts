// Schemas of videos rendered from a portrait.
import { z } from 'zod';
import {
  failureSchema,
  fileSchema,
  metadataSchema,
  pageOf,
  pageQuerySchema,
  paramsSchema,
  seedSchema,
  sourceSchema,
  timeSchema,
  webAddressSchema,
} from './common.js';
import { stageViewSchema } from './stages.js';

export const VIDEO_STATUSES = ['queued', 'rendering', 'parked', 'ready', 'failed', 'cancelled'] as const;
export const VIDEO_CONTAINERS = ['mp4', 'mov', 'webm'] as const;

const colourSchema = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, 'must be plate, transparent, a colour like #204060, an upload or an address');

/** The render request of a video or batch item. */
export const videoRequestSchema = z.strictObject({
  personId: z.string().min(1).max(100),
  audio: z.union([z.literal('recorded'), sourceSchema]).describe('speech; "recorded": the sound of the clip'),
  pose: z
    .union([z.enum(['clip', 'recorded', 'held']), sourceSchema])
    .optional()
    .describe('head pose; an upload or address is a pose track (docs/formats.md)'),
  eyes: z
    .union([z.enum(['clip', 'natural']), z.strictObject({ open: z.number().min(0).max(1.2) }), sourceSchema])
    .optional()
    .describe('blinking; an upload or address is an eye track'),
  background: z
    .union([z.enum(['plate', 'transparent']), colourSchema, sourceSchema])
    .optional()
    .describe('an upload or address is an image or a video'),
  container: z.enum(VIDEO_CONTAINERS).optional().describe('default: mp4, or webm with a transparent background'),
  params: paramsSchema.default({}),
  seed: seedSchema.default(1),
  shards: z.int().min(1).max(64).default(1).describe('number of parallel render workers; does not change the result'),
  metadata: metadataSchema.default({}),
});
export type VideoRequest = z.output<typeof videoRequestSchema>;
export const createVideoSchema = videoRequestSchema.extend({
  callbackUrl: webAddressSchema
    .optional()
    .describe(
      "receives this video's events in addition to webhooks; " +
        'signed with the secret of POST /v1/callback-secret:rotate',
    ),
});

export const videoSummarySchema = z.object({
  id: z.string(),
  personId: z.string(),
  batchId: z.string().nullable(),
  itemId: z.string().nullable(),
  status: z.enum(VIDEO_STATUSES),
  seed: z.int(),
  shards: z.int(),
  metadata: z.record(z.string(), z.string()),
  seconds: z.number().nullable().describe('length of the video'),
  coreSeconds: z.number().nullable().describe('CPU time'),
  error: failureSchema.nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export const videoViewSchema = videoSummarySchema.extend({
  progress: z.number().min(0).max(1).nullable(),
  stages: z.array(stageViewSchema),
  comparison: z
    .record(z.string(), z.number())
    .nullable()
    .describe(
      'comparison with the clip, for a video with audio and pose "recorded", shortly after it is ready: ' +
        'psnrFace (dB), lmd (px at 512), mouthCorrelation and more; heldOut.… covers held-out frames. ' +
        'Null for other videos and in batches',
    ),
  files: z.array(fileSchema).describe('the video, and video.json with its provenance; empty until ready'),
});
export type VideoView = z.infer<typeof videoViewSchema>;
export const videoPageSchema = pageOf(videoSummarySchema);
export const listVideosQuerySchema = pageQuerySchema.extend({
  status: z.enum(VIDEO_STATUSES).optional(),
  personId: z.string().max(100).optional(),
  batchId: z.string().max(100).optional(),
});
