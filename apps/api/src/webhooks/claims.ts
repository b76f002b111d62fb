// Which deliveries are due, and what became of them. A claim is a lease: whoever takes a delivery moves its next attempt beyond the time an
// attempt may take, so that several processes never send the same one at once, and one that dies gives it back by itself.
// All by the clock of the database, as the clocks of machines differ.
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { tenants, webhookDeliveries, webhooks, type DeliveryAttempt } from '../database/schema.js';
import { nextWait } from './schedule.js';

export interface Claimed {
  id: string;
  webhook: string | null;
  url: string;
  /** Of the webhook, or of the tenant where it goes to the callback address of one request. */
  secret: string;
  event: string;
  type: string;
  payload: Record<string, unknown>;
  /** This one included. */
  attempts: number;
  /** Until when it is ours. */
  lease: Date;
}

const LEASE_SECONDS = 120;

/**
 * Takes deliveries that are due, oldest first, and counts the attempt, so that one that ends the process does so ten times at most.
 * Fewer than there are where one address has many, or others look at the same moment: ask until nothing comes.
 * @param perAddress of one address at a time: a slow receiver does not keep others waiting
 * @param underWay how many of an address are being sent by this process already
 */
export async function claimDue(
  db: Queries,
  limit: number,
  perAddress: number,
  underWay: ReadonlyMap<string, number> = new Map(),
): Promise<Claimed[]> {
  const full = [...underWay].filter(([, count]) => count >= perAddress).map(([url]) => url);
  const locked = sql`SELECT d.id, d.url, d.next_at FROM webhook_deliveries d LEFT JOIN webhooks w ON w.id = d.webhook
    WHERE d.status = 'pending' AND d.next_at <= now() AND (d.webhook IS NULL OR w.active) AND NOT (d.url = ANY(${sql.param(full)}::text[])) ORDER BY d.next_at, d.id LIMIT ${2 * limit} FOR UPDATE OF d SKIP LOCKED`;
  const turns = sql`SELECT id, next_at, row_number() OVER (PARTITION BY url ORDER BY next_at, id) + coalesce((${JSON.stringify(Object.fromEntries(underWay))}::jsonb ->> url)::int, 0) AS turn FROM locked`;
  // As an array: a plain IN may run the query once a row, and its LIMIT then bounds nothing.
  const chosen = sql`ARRAY(WITH locked AS (${locked}), turns AS (${turns}) SELECT id FROM turns WHERE turn <= ${perAddress} ORDER BY next_at, id LIMIT ${limit})`;
  const taken = await db
    .update(webhookDeliveries)
    .set({
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      nextAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})` as never,
    })
    .where(sql`${webhookDeliveries.id} = ANY(${chosen})`)
    .returning();
  if (taken.length === 0) return [];
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
        .where(sql`${webhookDeliveries.id} = ANY(${sql.param(taken.map(({ id }) => id))}::text[])`)
    ).map(({ id, secret }) => [id, secret]),
  );
  // A webhook deleted meanwhile took its deliveries along.
  return taken.flatMap(({ id, webhook, url, event, type, payload, attempts, nextAt }) => {
    const secret = secrets.get(id);
    return secret === undefined ? [] : [{ id, webhook, url, secret, event, type, payload, attempts, lease: nextAt! }];
  });
}

export type Outcome = 'delivered' | 'again' | 'unwanted';

/** Keeps what became of an attempt, unless the lease has run out and another has it, or it was erased. */
export async function settle(
  db: Queries,
  { id, attempts, lease, webhook }: Claimed,
  attempt: DeliveryAttempt,
  outcome: Outcome,
): Promise<void> {
  const wait = outcome === 'again' ? nextWait(attempts) : null;
  await db.transaction(async (tx) => {
    const kept = await tx
      .update(webhookDeliveries)
      .set({
        log: sql`${webhookDeliveries.log} || ${JSON.stringify([attempt])}::jsonb`,
        status: outcome === 'delivered' ? 'delivered' : wait === null ? 'failed' : 'pending',
        nextAt: wait === null ? null : (sql`now() + make_interval(secs => ${wait})` as never),
        ...(outcome === 'delivered' ? { deliveredAt: sql`now()` as never } : {}),
      })
      .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.nextAt, lease)))
      .returning({ id: webhookDeliveries.id });
    if (kept.length > 0 && outcome === 'unwanted' && webhook !== null)
      await tx
        .update(webhooks)
        .set({ active: false, updatedAt: sql`now()` as never })
        .where(eq(webhooks.id, webhook));
  });
}

/** Gives a delivery back whose attempt was stopped by us. */
export async function giveBack(db: Queries, { id, lease }: Claimed): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ attempts: sql`${webhookDeliveries.attempts} - 1`, nextAt: sql`now()` as never })
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.nextAt, lease)));
}

/** Settled deliveries older than this are forgotten. */
export const KEPT_DAYS = 30;

export async function forgetOld(db: Queries): Promise<number> {
  return (
    await db
      .delete(webhookDeliveries)
      .where(
        sql`${webhookDeliveries.status} <> 'pending' AND ${webhookDeliveries.createdAt} < now() - make_interval(days => ${KEPT_DAYS})`,
      )
      .returning({ id: webhookDeliveries.id })
  ).length;
}
