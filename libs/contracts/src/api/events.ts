// Events: what happened, as a stream (server-sent events) and as the body of webhooks.
import { z } from 'zod';
import { failureSchema, timeSchema } from './common.js';

export const EVENT_TYPES = [
  'person.training',
  'person.ready',
  'person.failed',
  'person.cancelled',
  'person.erased',
  'stage.done',
  'stage.failed',
  'video.rendering',
  'video.ready',
  'video.failed',
  'video.cancelled',
  'batch.completed',
] as const;

export const eventSchema = z.object({
  id: z.string().describe('the same however often it is told'),
  type: z.enum(EVENT_TYPES),
  createdAt: timeSchema,
  personId: z.string().nullable(),
  videoId: z.string().nullable(),
  batchId: z.string().nullable(),
  erasureId: z.string().nullable().describe('of person.erased, which names no person'),
  stage: z.string().nullable(),
  attempt: z.int().nullable(),
  seconds: z.number().nullable(),
  coreSeconds: z.number().nullable(),
  error: failureSchema.nullable(),
});
export type ApiEvent = z.infer<typeof eventSchema>;

export const streamEventsQuerySchema = z
  .strictObject({
    personId: z.string().max(100).optional(),
    videoId: z.string().max(100).optional(),
    batchId: z.string().max(100).optional(),
  })
  .refine(
    (query) => Object.values(query).filter((value) => value !== undefined).length <= 1,
    'one of personId, videoId and batchId at most',
  );
