// Schemas of API keys and the audit log.
import { z } from 'zod';
import { lineSchema, pageOf, pageQuerySchema, timeSchema } from './common.js';

export const SCOPES = ['read', 'train', 'render', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const createKeySchema = z.strictObject({
  name: lineSchema(100).describe('display name'),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .describe(
      'read; train (people, consents, uploads); render (videos, batches, uploads); ' +
        'admin (everything, including keys and erasure)',
    ),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  ratePerMinute: z.int().min(1).max(1_000_000).optional().describe("requests per minute; default: the server's limit"),
});
export const keyViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string().describe('first characters of the key'),
  scopes: z.array(z.enum(SCOPES)),
  ratePerMinute: z.int().nullable(),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable().describe('accurate to a minute'),
});
export const createdKeySchema = keyViewSchema.extend({ key: z.string().describe('the key; shown once') });
export const keyPageSchema = pageOf(keyViewSchema);
export const callerSchema = z.object({ tenant: z.string(), key: keyViewSchema });

export const auditEntrySchema = z.object({
  at: timeSchema,
  keyId: z.string().nullable(),
  action: z.string().describe('operationId'),
  target: z.string().nullable().describe('id of the resource'),
  status: z.int().describe('HTTP status of the response'),
  code: z.string().nullable().describe('error code of a refusal'),
  requestId: z.string(),
});
export const auditPageSchema = pageOf(auditEntrySchema);
export const listAuditQuerySchema = pageQuerySchema.extend({
  action: z.string().max(60).optional(),
  target: z.string().max(100).optional(),
});
