// Records an event and queues its webhook deliveries, in the transaction of the change it reports.
import type { WorkEvent } from '@portrait/contracts';
import type { ApiEvent } from '@portrait/contracts/api';
import { and, arrayContains, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { events, webhookDeliveries, webhooks } from '../database/schema.js';
import { failureView } from '../errors/error-response.js';
import { newId } from '../ids.js';

type Row = typeof events.$inferSelect;

/**
 * Serialises writers until commit: a reader that has seen an event has seen all lower sequence numbers. The value is
 * arbitrary.
 */
const ORDER_LOCK = 7_143_023;

interface EventRecord extends Omit<WorkEvent, 'id'> {
  erasure?: string;
}

export function eventView({ id, type, person, video, batch, data, createdAt }: Row): ApiEvent {
  const { stage, attempt, seconds, coreSeconds, error, erasure } = data as Partial<EventRecord>;
  return {
    id,
    type,
    createdAt: createdAt.toISOString(),
    personId: person,
    videoId: video,
    batchId: batch,
    erasureId: erasure ?? null,
    stage: stage ?? null,
    attempt: attempt ?? null,
    seconds: seconds ?? null,
    coreSeconds: coreSeconds ?? null,
    error: failureView(error),
  };
}

/**
 * @param callbackUrls callback addresses of the request the event is about, in addition to the webhooks
 * @returns false when the event was already recorded
 */
export async function recordEvent(
  tx: Queries,
  id: string,
  { type, tenant, person, video, batch, ...data }: EventRecord,
  callbackUrls: readonly (string | null)[] = [],
): Promise<boolean> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${ORDER_LOCK})`);
  const [row] = await tx
    .insert(events)
    .values({ id, tenant, type, person: person ?? null, video: video ?? null, batch: batch ?? null, data })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) return false;
  const hooks = await tx
    .select({ webhook: webhooks.id, url: webhooks.url })
    .from(webhooks)
    .where(and(eq(webhooks.tenant, tenant), eq(webhooks.active, true), arrayContains(webhooks.events, [type])));
  const wanted = [
    ...hooks,
    ...[...new Set(callbackUrls)].flatMap((url) => (url === null ? [] : [{ webhook: null, url }])),
  ];
  if (wanted.length > 0) {
    await tx.insert(webhookDeliveries).values(
      wanted.map(({ webhook, url }) => ({
        id: newId('delivery'),
        tenant,
        webhook,
        url,
        event: id,
        type,
        payload: eventView(row) as Record<string, unknown> & ApiEvent,
        status: 'pending' as const,
        nextAt: sql`now()`,
      })),
    );
  }
  return true;
}
