// Videos: a portrait saying something.
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

/** What a video is made of; items of a batch are this too. */
export const videoRequestSchema = z.strictObject({
  personId: z.string().min(1).max(100),
  audio: z.union([z.literal('recorded'), sourceSchema]).describe('speech to say; "recorded": the clip\'s own sound'),
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
  container: z.enum(VIDEO_CONTAINERS).optional().describe('mp4 unless the background is transparent, then webm'),
  params: paramsSchema.default({}),
  seed: seedSchema.default(1),
  shards: z.int().min(1).max(64).default(1).describe('workers it is cut for; the result is the same'),
  metadata: metadataSchema.default({}),
});
export type VideoRequest = z.output<typeof videoRequestSchema>;
export const createVideoSchema = videoRequestSchema.extend({
  callbackUrl: webAddressSchema
    .optional()
    .describe(
      "told of this video's events, beside the webhooks; signed with the secret of POST /v1/callback-secret:rotate",
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
  coreSeconds: z.number().nullable().describe('computing it took'),
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
      'of a video that re-enacts the clip (audio and pose "recorded"), beside the clip, a little after it is ready: psnrFace dB, lmd px at 512, mouthCorrelation and more, with heldOut. over frames training has not seen; null otherwise, and in batches',
    ),
  files: z.array(fileSchema).describe('the video and video.json with its provenance; empty until it is ready'),
});
export type VideoView = z.infer<typeof videoViewSchema>;
export const videoPageSchema = pageOf(videoSummarySchema);
export const listVideosQuerySchema = pageQuerySchema.extend({
  status: z.enum(VIDEO_STATUSES).optional(),
  personId: z.string().max(100).optional(),
  batchId: z.string().max(100).optional(),
});
