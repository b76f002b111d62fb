// Schemas of batches: many videos in one request, optionally within daily hours.
import { z } from 'zod';
import { checkWindow } from '../batch-window.js';
import { PortraitError } from '../errors.js';
import {
  failureSchema,
  fileSchema,
  lineSchema,
  metadataSchema,
  pageOf,
  pageQuerySchema,
  timeSchema,
  webAddressSchema,
} from './common.js';
import { videoRequestSchema } from './videos.js';

export const BATCH_STATUSES = ['queued', 'running', 'paused', 'done', 'cancelled'] as const;
export const ITEM_STATUSES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export const MAX_ITEMS = 100_000;
export const MAX_CONCURRENCY = 1000;

export const windowSchema = z
  .strictObject({
    from: z.string().max(10).describe('HH:MM; a time later than `to` spans midnight'),
    to: z.string().max(10).describe('HH:MM'),
    timeZone: z.string().max(60).describe('IANA name, for example Europe/Berlin'),
  })
  .superRefine((window, ctx) => {
    try {
      checkWindow(window);
    } catch (error) {
      if (!(error instanceof PortraitError)) throw error;
      ctx.addIssue({ code: 'custom', message: `${error.message} ${error.hint ?? ''}`.trim().replace(/\.$/, '') });
    }
  })
  .describe('daily hours in which items start; running items finish after the window closes');

const { personId, audio, pose, eyes, background, container, params, seed, shards } = videoRequestSchema.shape;
/** Options an item may set or take from the defaults of the batch. */
const shared = {
  pose,
  eyes,
  background,
  container,
  params: params.unwrap().optional(),
  seed: seed.unwrap().optional(),
  shards: shards.unwrap().optional(),
};

export const prioritySchema = z.int().min(1).max(5);
export const itemIdSchema = lineSchema(100).describe("the caller's id of the item, unique in the batch");
export const batchDefaultsSchema = z
  .strictObject(shared)
  .describe('defaults of all items; each item may override them');
export const batchItemSchema = z.strictObject({
  id: itemIdSchema,
  personId,
  audio,
  ...shared,
  priority: prioritySchema.optional().describe('1 (first) to 5 within the batch; default: 3'),
  metadata: metadataSchema.optional(),
});
export type BatchItem = z.output<typeof batchItemSchema>;
export type BatchDefaults = z.output<typeof batchDefaultsSchema>;

export const createBatchSchema = z
  .strictObject({
    name: lineSchema(200).optional(),
    items: z.array(batchItemSchema).min(1).max(MAX_ITEMS).optional().describe('the items; alternatively, send csv'),
    csv: z
      .string()
      .min(1)
      .optional()
      .describe('the items as CSV with a header line: id, person, audio_url or upload_id, … (docs/api.md)'),
    defaults: batchDefaultsSchema.default({}),
    window: windowSchema.nullable().default(null).describe('null: any time'),
    priority: prioritySchema.default(3).describe('1 (first) to 5 among all work'),
    concurrency: z.int().min(1).max(MAX_CONCURRENCY).default(4).describe('videos rendered in parallel'),
    metadata: metadataSchema.default({}),
    callbackUrl: webAddressSchema
      .optional()
      .describe(
        'receives the completion event in addition to webhooks; ' +
          'signed with the secret of POST /v1/callback-secret:rotate',
      ),
  })
  .refine(({ items, csv }) => (items === undefined) !== (csv === undefined), 'must have either items or csv');

const countsSchema = z.object({
  total: z.int(),
  waiting: z.int(),
  running: z.int(),
  done: z.int(),
  failed: z.int(),
  cancelled: z.int(),
});

export const batchViewSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z
    .enum(BATCH_STATUSES)
    .describe('paused: outside the window; done: every item has ended, successfully or not'),
  counts: countsSchema,
  progress: z.number().min(0).max(1).describe('fraction of items that have ended'),
  window: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }).nullable(),
  pausedUntil: timeSchema.nullable().describe('next opening of the window'),
  priority: z.int(),
  concurrency: z.int(),
  secondsPerItem: z.number().nullable().describe('measured; null before the first item ends'),
  forecastAt: timeSchema.nullable().describe('expected end, from measured speed; null when unknown'),
  seconds: z.number().describe('total length of finished videos'),
  coreSeconds: z.number().describe('CPU time of finished videos'),
  metadata: z.record(z.string(), z.string()),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export type BatchView = z.infer<typeof batchViewSchema>;
export const batchPageSchema = pageOf(batchViewSchema);
export const listBatchesQuerySchema = pageQuerySchema.extend({
  status: z.enum(['queued', 'running', 'done', 'cancelled']).optional(),
});

export const batchItemSummarySchema = z.object({
  id: z.string().describe("the caller's id of the item"),
  personId: z.string(),
  videoId: z.string().describe('id of the video in events'),
  status: z.enum(ITEM_STATUSES),
  attempt: z.int().describe('number of starts'),
  seconds: z.number().nullable().describe('length of the video'),
  coreSeconds: z.number().nullable(),
  error: failureSchema.nullable(),
  metadata: z.record(z.string(), z.string()),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export const batchItemViewSchema = batchItemSummarySchema.extend({
  files: z.array(fileSchema).describe('the video, and video.json with its provenance; empty until done'),
});
export type BatchItemView = z.infer<typeof batchItemViewSchema>;
export const batchItemPageSchema = pageOf(batchItemSummarySchema);
export const listBatchItemsQuerySchema = pageQuerySchema.extend({ status: z.enum(ITEM_STATUSES).optional() });

export const retryBatchSchema = z.strictObject({
  items: z
    .union([z.enum(['failed', 'unfinished']), z.array(itemIdSchema).min(1).max(MAX_ITEMS)])
    .default('failed')
    .describe('"failed"; "unfinished" (failed and cancelled); or ids of failed or cancelled items'),
});

export const manifestEntrySchema = z.object({
  id: z.string(),
  personId: z.string(),
  status: z.enum(ITEM_STATUSES),
  attempt: z.int(),
  url: z.string().nullable().describe('link to the video'),
  urlExpiresAt: timeSchema.nullable(),
  name: z.string().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  seconds: z.number().nullable(),
  coreSeconds: z.number().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
});
export type ManifestEntry = z.infer<typeof manifestEntrySchema>;
export const manifestSchema = z.object({ batch: batchViewSchema, items: z.array(manifestEntrySchema) });
export const manifestCsvSchema = z
  .string()
  .describe(
    'RFC 4180 with a header line and one line per item; ' +
      'a leading apostrophe protects text that a spreadsheet would run as a formula',
  );
export const manifestQuerySchema = z.strictObject({
  linkSeconds: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(0).max(604_800))
    .prefault('86400')
    .describe('lifetime of the links in seconds, up to a week; 0: no links'),
});
