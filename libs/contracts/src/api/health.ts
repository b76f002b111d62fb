// Schemas of the health probes.
import { z } from 'zod';

export const liveSchema = z.object({ status: z.literal('ok') });
export const readySchema = z.object({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.string()).describe('database, Temporal, store: "ok" or the reason for a failure'),
});
