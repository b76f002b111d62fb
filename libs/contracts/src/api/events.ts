// Schemas of events, for the event stream and webhook bodies.
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
  id: z.string().describe('the same for every delivery of the event'),
  type: z.enum(EVENT_TYPES),
  createdAt: timeSchema,
  personId: z.string().nullable(),
  videoId: z.string().nullable(),
  batchId: z.string().nullable(),
  erasureId: z.string().nullable().describe('set for person.erased, which names no person'),
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
    'must have at most one of personId, videoId and batchId',
  );
