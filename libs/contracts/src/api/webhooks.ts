// Schemas of webhooks and their deliveries.
import { z } from 'zod';
import { pageOf, pageQuerySchema, timeSchema, webAddressSchema } from './common.js';
import { EVENT_TYPES } from './events.js';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

const eventTypesSchema = z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length);
export const createWebhookSchema = z.strictObject({
  url: webAddressSchema.describe('receives a POST per event; any 2xx within 10 s is a success'),
  events: eventTypesSchema.optional().describe('event types to send; default: all'),
});
export const updateWebhookSchema = z.strictObject({
  url: webAddressSchema.optional(),
  events: eventTypesSchema.optional(),
  active: z.boolean().optional().describe('false: deliveries wait'),
});
export const webhookViewSchema = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)),
  active: z.boolean().describe('the server deactivates a webhook that answers 410'),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type WebhookView = z.infer<typeof webhookViewSchema>;
export const createdWebhookSchema = webhookViewSchema.extend({
  secret: z.string().describe('signs every delivery (header portrait-signature); shown once'),
});
export const callbackSecretSchema = z.object({
  secret: z.string().describe('signs deliveries to callbackUrl (header portrait-signature); shown once'),
});
export const webhookPageSchema = pageOf(webhookViewSchema);

export const deliveryViewSchema = z.object({
  id: z.string(),
  webhookId: z.string().nullable().describe('null: delivery to a callbackUrl'),
  url: z.string(),
  eventId: z.string(),
  type: z.enum(EVENT_TYPES),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  nextAttemptAt: timeSchema.nullable(),
  log: z.array(
    z.object({
      at: timeSchema,
      status: z.int().nullable().describe('HTTP status; null when there was no response'),
      ms: z.int().describe('time to the response'),
      error: z.string().nullable().describe('reason of a failure, with the start of the response'),
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
