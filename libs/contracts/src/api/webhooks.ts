// Webhooks: addresses that are told what happens, and what became of each telling.
import { z } from 'zod';
import { pageOf, pageQuerySchema, timeSchema, webAddressSchema } from './common.js';
import { EVENT_TYPES } from './events.js';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

const eventTypesSchema = z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length);
export const createWebhookSchema = z.strictObject({
  url: webAddressSchema.describe('is sent a POST for each event; any 2xx within 10 s is a yes'),
  events: eventTypesSchema.optional().describe('what to tell; left out: everything'),
});
export const updateWebhookSchema = z.strictObject({
  url: webAddressSchema.optional(),
  events: eventTypesSchema.optional(),
  active: z.boolean().optional().describe('false: nothing is sent; what is pending waits'),
});
export const webhookViewSchema = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)),
  active: z.boolean().describe('switched off by the server when the receiver answers 410'),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type WebhookView = z.infer<typeof webhookViewSchema>;
export const createdWebhookSchema = webhookViewSchema.extend({
  secret: z.string().describe('signs every delivery: see the header portrait-signature; shown this once'),
});
export const callbackSecretSchema = z.object({
  secret: z
    .string()
    .describe('signs what is told to the callbackUrl of requests: see the header portrait-signature; shown this once'),
});
export const webhookPageSchema = pageOf(webhookViewSchema);

export const deliveryViewSchema = z.object({
  id: z.string(),
  webhookId: z.string().nullable().describe('null: the callbackUrl of one request'),
  url: z.string(),
  eventId: z.string(),
  type: z.enum(EVENT_TYPES),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  nextAttemptAt: timeSchema.nullable(),
  log: z.array(
    z.object({
      at: timeSchema,
      status: z.int().nullable().describe('HTTP status; null when there was no answer'),
      ms: z.int().describe('until the answer'),
      error: z.string().nullable().describe('why it was no success, with the beginning of the answer'),
    }),
  ),
  createdAt: timeSchema,
  deliveredAt: timeSchema.nullable(),
});
export type DeliveryView = z.infer<typeof deliveryViewSchema>;
export const deliveryPageSchema = pageOf(deliveryViewSchema);
export const listDeliveriesQuerySchema = pageQuerySchema.extend({
  webhookId: z.string().max(100).optional(),
  eventId: z.string().max(200).optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
});
