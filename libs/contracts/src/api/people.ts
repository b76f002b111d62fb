// Schemas of people and erasures.
import { z } from 'zod';
import {
  failureSchema,
  lineSchema,
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

export const PERSON_STATUSES = ['queued', 'training', 'parked', 'ready', 'failed', 'cancelled', 'erasing'] as const;

export const createPersonSchema = z.strictObject({
  name: lineSchema(200).optional(),
  consentId: z.string().min(1).max(100).describe('required for training; create one with POST /v1/consents'),
  video: sourceSchema.describe('a few minutes of the person speaking'),
  preset: z.string().max(60).default('standard').describe('see GET /v1/stages'),
  params: paramsSchema.default({}),
  seed: seedSchema.default(1),
  evaluate: z.boolean().default(true).describe('compare the portrait with held-out frames'),
  metadata: metadataSchema.default({}),
  callbackUrl: webAddressSchema
    .optional()
    .describe(
      "receives this person's events in addition to webhooks; " +
        'signed with the secret of POST /v1/callback-secret:rotate',
    ),
});
export const updatePersonSchema = z.strictObject({
  name: lineSchema(200).nullable().optional(),
  metadata: metadataSchema.optional(),
});

export const personSummarySchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z
    .enum(PERSON_STATUSES)
    .describe('parked: a stage failed permanently and waits for retry, skip or cancel; finished stages are kept'),
  consentId: z.string(),
  preset: z.string(),
  params: paramsSchema,
  seed: z.int(),
  evaluate: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  error: failureSchema.nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export type PersonSummary = z.infer<typeof personSummarySchema>;
export const personViewSchema = personSummarySchema.extend({
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('mean over all stages, 0 to 1; null when Temporal is unreachable'),
  stages: z.array(stageViewSchema),
});
export type PersonView = z.infer<typeof personViewSchema>;
export const personPageSchema = pageOf(personSummarySchema);
export const listPeopleQuerySchema = pageQuerySchema.extend({ status: z.enum(PERSON_STATUSES).optional() });

export const erasureViewSchema = z.object({
  id: z.string(),
  status: z.enum(['erasing', 'erased']),
  deleted: z.record(z.string(), z.int()).nullable().describe('deleted rows by table'),
  createdAt: timeSchema,
  completedAt: timeSchema.nullable(),
});
export const erasurePageSchema = pageOf(erasureViewSchema);
