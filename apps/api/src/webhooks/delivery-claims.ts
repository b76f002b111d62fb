// Claims due deliveries and records their outcome. A claim is a lease: it moves the next attempt beyond the longest
// possible attempt, so that processes never send the same delivery at once and a crash releases it. All times use the
// database clock.
import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { tenants, webhookDeliveries, webhooks, type DeliveryAttempt } from '../database/schema.js';
import { nextRetrySeconds } from './retry-schedule.js';

export interface Claimed {
  id: string;
  webhook: string | null;
  url: string;
  /** Of the webhook, or of the tenant for the callback address of a request. */
  secret: string;
  event: string;
  type: string;
  payload: Record<string, unknown>;
  /** Including this one. */
  attempts: number;
  /** End of the lease. */
  lease: Date;
}

const LEASE_SECONDS = 120;

/**
 * Claims due deliveries, oldest first, and counts the attempt at once, so that a delivery that crashes the process is
 * retried a bounded number of times. May return fewer than are due when one address has many or other processes claim
 * concurrently: call until it returns none.
 * @param perAddress limit per address, so that a slow receiver does not block the others
 * @param inFlight deliveries this process is sending now, by address
 */
export async function claimDue(
  db: Queries,
  limit: number,
  perAddress: number,
  inFlight: ReadonlyMap<string, number> = new Map(),
): Promise<Claimed[]> {
  const busyUrls = [...inFlight].filter(([, count]) => count >= perAddress).map(([url]) => url);
  const locked = sql`
    SELECT d.id, d.url, d.next_at FROM webhook_deliveries d LEFT JOIN webhooks w ON w.id = d.webhook
    WHERE d.status = 'pending' AND d.next_at <= now() AND (d.webhook IS NULL OR w.active)
      AND NOT (d.url = ANY(${sql.param(busyUrls)}::text[]))
    ORDER BY d.next_at, d.id LIMIT ${2 * limit} FOR UPDATE OF d SKIP LOCKED`;
  const inFlightByUrl = JSON.stringify(Object.fromEntries(inFlight));
  const turns = sql`
    SELECT id, next_at, row_number() OVER (PARTITION BY url ORDER BY next_at, id)
      + coalesce((${inFlightByUrl}::jsonb ->> url)::int, 0) AS turn
    FROM locked`;
  // ANY(ARRAY(…)) runs the subquery once; a plain IN may run it once per row, which defeats LIMIT.
  const chosen = sql`ARRAY(
    WITH locked AS (${locked}), turns AS (${turns})
    SELECT id FROM turns WHERE turn <= ${perAddress} ORDER BY next_at, id LIMIT ${limit})`;
  const claimed = await db
    .update(webhookDeliveries)
    .set({
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      nextAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})` as never,
    })
    .where(sql`${webhookDeliveries.id} = ANY(${chosen})`)
    .returning();
  if (claimed.length === 0) return [];
  const secrets = new Map(
    (
      await db
        .select({
          id: webhookDeliveries.id,
          secret: sql<string>`coalesce(${webhooks.secret}, ${tenants.callbackSecret})`,
        })
        .from(webhookDeliveries)
        .innerJoin(tenants, eq(tenants.id, webhookDeliveries.tenant))
        .leftJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhook))
        .where(sql`${webhookDeliveries.id} = ANY(${sql.param(claimed.map(({ id }) => id))}::text[])`)
    ).map(({ id, secret }) => [id, secret]),
  );
  // Deleting a webhook deletes its deliveries.
  return claimed.flatMap(({ id, webhook, url, event, type, payload, attempts, nextAt }) => {
    const secret = secrets.get(id);
    return secret === undefined ? [] : [{ id, webhook, url, secret, event, type, payload, attempts, lease: nextAt! }];
  });
}

export type Outcome = 'delivered' | 'again' | 'unwanted';

/** Records the outcome of an attempt, unless the lease has expired or the delivery was deleted. */
export async function recordOutcome(
  db: Queries,
  { id, attempts, lease, webhook }: Claimed,
  attempt: DeliveryAttempt,
  outcome: Outcome,
): Promise<void> {
  const wait = outcome === 'again' ? nextRetrySeconds(attempts) : null;
  await db.transaction(async (tx) => {
    const updated = await tx
      .update(webhookDeliveries)
      .set({
        log: sql`${webhookDeliveries.log} || ${JSON.stringify([attempt])}::jsonb`,
        status: outcome === 'delivered' ? 'delivered' : wait === null ? 'failed' : 'pending',
        nextAt: wait === null ? null : (sql`now() + make_interval(secs => ${wait})` as never),
        ...(outcome === 'delivered' ? { deliveredAt: sql`now()` as never } : {}),
      })
      .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.nextAt, lease)))
      .returning({ id: webhookDeliveries.id });
    if (updated.length > 0 && outcome === 'unwanted' && webhook !== null)
      await tx
        .update(webhooks)
        .set({ active: false, updatedAt: sql`now()` as never })
        .where(eq(webhooks.id, webhook));
  });
}

/** Releases a delivery whose attempt was aborted by a shutdown. */
export async function releaseClaim(db: Queries, { id, lease }: Claimed): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ attempts: sql`${webhookDeliveries.attempts} - 1`, nextAt: sql`now()` as never })
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.nextAt, lease)));
}

/** Completed deliveries are deleted after this many days. */
export const RETENTION_DAYS = 30;

export async function deleteOldDeliveries(db: Queries): Promise<number> {
  return (
    await db
      .delete(webhookDeliveries)
      .where(
        and(
          ne(webhookDeliveries.status, 'pending'),
          lt(webhookDeliveries.createdAt, sql`now() - make_interval(days => ${RETENTION_DAYS})`),
        ),
      )
      .returning({ id: webhookDeliveries.id })
  ).length;
}
