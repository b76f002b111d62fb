// Schemas of stages: their state, and the catalog of stages, parameters and presets.
import { z } from 'zod';
import { findingSchema } from '../stage.js';
import { artifactSchema, failureSchema, fileSchema, paramsSchema, timeSchema } from './common.js';

export const STAGE_STATUSES = ['waiting', 'running', 'parked', 'done', 'skipped', 'cancelled'] as const;

export const stageViewSchema = z.object({
  stage: z.string(),
  title: z.string(),
  status: z.enum(STAGE_STATUSES).describe('parked: failed permanently; retry, skip or cancel'),
  attempt: z.int().describe('number of starts'),
  progress: z.number().min(0).max(1).nullable().describe('0 to 1; null when unknown'),
  done: z.number().nullable(),
  total: z.number().nullable(),
  unit: z.string().nullable().describe('unit of done and total: frames, steps, seconds'),
  message: z.string().nullable(),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
  error: failureSchema.nullable(),
  cached: z.boolean().nullable().describe('true: the result came from the cache'),
  seconds: z.number().nullable().describe('duration'),
  coreSeconds: z.number().nullable(),
  artifacts: z.array(artifactSchema),
  previews: z.array(fileSchema).describe('preview images; their links expire'),
  findings: z.array(findingSchema).describe('notes on the input or the result'),
  metrics: z.record(z.string(), z.number()),
});
export type StageView = z.infer<typeof stageViewSchema>;

export const retryStageSchema = z.strictObject({
  params: z
    .record(z.string().max(60), z.unknown())
    .optional()
    .describe('parameters of this stage to change; others stay unchanged'),
});
export const skipStageSchema = z.strictObject({});
export const resumeSchema = z.strictObject({ params: paramsSchema.optional() });

export const catalogSchema = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      title: z.string(),
      resource: z.enum(['cpu', 'gpu']),
      graphs: z.array(z.string()).describe('portrait, render'),
      needs: z.array(z.string()).describe('stages of the portrait graph it depends on'),
      canBeSkipped: z.boolean(),
      params: z.array(
        z.object({ path: z.string(), type: z.string(), default: z.string().describe('as JSON'), meaning: z.string() }),
      ),
    }),
  ),
  presets: z.array(z.object({ preset: z.string(), purpose: z.string() })),
});
