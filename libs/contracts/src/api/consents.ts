// Schemas of consents: who agreed to a portrait of whom, and for what.
import { z } from 'zod';
import { consentSchema } from '../formats.js';
import { lineSchema, pageOf, timeSchema } from './common.js';

export const createConsentSchema = z.strictObject({
  grantedBy: lineSchema(200).describe('who gives consent: the person or a legal representative'),
  subject: lineSchema(200).describe('whose face and voice appear in the video'),
  date: consentSchema.shape.date.describe('ISO 8601 date, or date and time with offset, of the statement'),
  purpose: lineSchema(1000).describe('permitted use of the portrait'),
  statement: z.string().min(1).max(10_000).optional().describe('text of the agreement'),
});
export const consentViewSchema = z.object({
  id: z.string(),
  grantedBy: z.string(),
  subject: z.string(),
  date: z.string(),
  purpose: z.string(),
  statement: z.string().nullable(),
  createdAt: timeSchema,
});
export type ConsentView = z.infer<typeof consentViewSchema>;
export const consentPageSchema = pageOf(consentViewSchema);
