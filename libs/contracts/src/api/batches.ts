// Batches: many videos as one piece of work, within a window of hours.
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
export const MOST_ITEMS = 100_000;
export const MOST_CONCURRENCY = 1000;

export const windowSchema = z
  .strictObject({
    from: z.string().max(10).describe('HH:MM; later than `to`: over midnight'),
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
  .describe('hours of every day in which items are begun; those under way when it closes are finished');

const { personId, audio, pose, eyes, background, container, params, seed, shards } = videoRequestSchema.shape;
/** What an item may say itself, or leave to the batch. */
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
export const itemIdSchema = lineSchema(100).describe("the caller's name of it, unique in the batch");
export const batchDefaultsSchema = z.strictObject(shared).describe('what items have in common; each may say otherwise');
export const batchItemSchema = z.strictObject({
  id: itemIdSchema,
  personId,
  audio,
  ...shared,
  priority: prioritySchema.optional().describe('1 (first) to 5 within the batch; left out: 3'),
  metadata: metadataSchema.optional(),
});
export type BatchItem = z.output<typeof batchItemSchema>;
export type BatchDefaults = z.output<typeof batchDefaultsSchema>;

export const createBatchSchema = z
  .strictObject({
    name: lineSchema(200).optional(),
    items: z.array(batchItemSchema).min(1).max(MOST_ITEMS).optional().describe('the items; or give them as csv'),
    csv: z
      .string()
      .min(1)
      .optional()
      .describe('the items as CSV with a header line: id, person, audio_url or upload_id, and more (docs/api.md)'),
    defaults: batchDefaultsSchema.default({}),
    window: windowSchema.nullable().default(null).describe('null: any time'),
    priority: prioritySchema.default(3).describe('1 (first) to 5 among all work'),
    concurrency: z.int().min(1).max(MOST_CONCURRENCY).default(4).describe('videos under way at a time'),
    metadata: metadataSchema.default({}),
    callbackUrl: webAddressSchema
      .optional()
      .describe(
        'told when the batch is completed, beside the webhooks; signed with the secret of POST /v1/callback-secret:rotate',
      ),
  })
  .refine(
    ({ items, csv }) => (items === undefined) !== (csv === undefined),
    'items or csv must be given, and not both',
  );

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
  status: z.enum(BATCH_STATUSES).describe('paused: the window is closed; done: every item has ended, well or not'),
  counts: countsSchema,
  progress: z.number().min(0).max(1).describe('items that have ended, 0 to 1'),
  window: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }).nullable(),
  pausedUntil: timeSchema.nullable().describe('when the window opens again'),
  priority: z.int(),
  concurrency: z.int(),
  secondsPerItem: z.number().nullable().describe('measured; null before the first has ended'),
  forecastAt: timeSchema.nullable().describe('expected end, from what was measured; null when it cannot be told yet'),
  seconds: z.number().describe('length of all videos made'),
  coreSeconds: z.number().describe('computing they took'),
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
  id: z.string().describe("the caller's name of it"),
  personId: z.string(),
  videoId: z.string().describe('as events tell of it'),
  status: z.enum(ITEM_STATUSES),
  attempt: z.int().describe('times it was begun'),
  seconds: z.number().nullable().describe('length of the video'),
  coreSeconds: z.number().nullable(),
  error: failureSchema.nullable(),
  metadata: z.record(z.string(), z.string()),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export const batchItemViewSchema = batchItemSummarySchema.extend({
  files: z.array(fileSchema).describe('the video and video.json with its provenance; empty until it is done'),
});
export type BatchItemView = z.infer<typeof batchItemViewSchema>;
export const batchItemPageSchema = pageOf(batchItemSummarySchema);
export const listBatchItemsQuerySchema = pageQuerySchema.extend({ status: z.enum(ITEM_STATUSES).optional() });

export const retryBatchSchema = z.strictObject({
  items: z
    .union([z.enum(['failed', 'unfinished']), z.array(itemIdSchema).min(1).max(MOST_ITEMS)])
    .default('failed')
    .describe('"failed"; "unfinished": the cancelled ones too; or the ids of some that have failed or were cancelled'),
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
    'RFC 4180, a header line and a line for each item; text that a spreadsheet would run as a formula has an apostrophe in front',
  );
export const manifestQuerySchema = z.strictObject({
  linkSeconds: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(0).max(604_800))
    .prefault('86400')
    .describe('life of the links, seconds, up to a week; 0: no links'),
});
