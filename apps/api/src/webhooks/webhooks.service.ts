// Creates, shows, updates and deletes webhooks and rotates their secrets. delivery-loop.ts sends.
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import { EVENT_TYPES, type WebhookView } from '@portrait/contracts/api';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { tenants, webhookDeliveries, webhooks } from '../database/schema.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE, GUARD } from '../tokens.js';

type Row = typeof webhooks.$inferSelect;

/** 256 random bits behind a prefix that secret scanners recognise. */
const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`;

@Injectable()
export class WebhooksService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(GUARD) private readonly guard: GuardOptions,
  ) {}

  async create(
    { tenant }: Caller,
    { url, events }: RequestOf<'createWebhook'>['body'],
  ): Promise<ResponseOf<'createWebhook'>> {
    checkUrl(url, this.guard.allow);
    // Stored in plain text: signing needs the secret, and whoever can read this table can also read the events.
    const [row] = await this.database.db
      .insert(webhooks)
      .values({
        id: newId('webhook'),
        tenant,
        url,
        secret: newWebhookSecret(),
        events: [...new Set(events ?? EVENT_TYPES)],
      })
      .returning();
    return { ...view(row!), secret: row!.secret };
  }

  async list(
    { tenant }: Caller,
    { limit, cursor }: RequestOf<'listWebhooks'>['query'],
  ): Promise<ResponseOf<'listWebhooks'>> {
    const rows = await this.database.db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.tenant, tenant), afterCursor(cursor, webhooks)))
      .orderBy(desc(webhooks.createdAt), desc(webhooks.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, view);
  }

  async get({ tenant }: Caller, id: string): Promise<WebhookView> {
    const [row] = await this.database.db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.tenant, tenant), eq(webhooks.id, id)));
    return view(known(row, id));
  }

  /** Pending deliveries move to a new address. */
  async update(
    { tenant }: Caller,
    id: string,
    { url, events, active }: RequestOf<'updateWebhook'>['body'],
  ): Promise<WebhookView> {
    if (url !== undefined) checkUrl(url, this.guard.allow);
    const changes = {
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events: [...new Set(events)] }),
      ...(active === undefined ? {} : { active }),
    };
    return this.database.db.transaction(async (tx) => {
      const [row] = await tx
        .update(webhooks)
        .set({ ...changes, updatedAt: sql`now()` as never })
        .where(and(eq(webhooks.tenant, tenant), eq(webhooks.id, id)))
        .returning();
      if (url !== undefined)
        await tx
          .update(webhookDeliveries)
          .set({ url })
          .where(and(eq(webhookDeliveries.webhook, known(row, id).id), eq(webhookDeliveries.status, 'pending')));
      return view(known(row, id));
    });
  }

  /** New attempts use the new secret; deliveries refused because of it are retried. */
  async rotate({ tenant }: Caller, id: string): Promise<ResponseOf<'rotateWebhook'>> {
    const [row] = await this.database.db
      .update(webhooks)
      .set({ secret: newWebhookSecret(), updatedAt: sql`now()` as never })
      .where(and(eq(webhooks.tenant, tenant), eq(webhooks.id, id)))
      .returning();
    return { ...view(known(row, id)), secret: known(row, id).secret };
  }

  /** Rotates the tenant's secret for callback addresses. */
  async rotateCallbackSecret({ tenant }: Caller): Promise<ResponseOf<'rotateCallbackSecret'>> {
    const secret = newWebhookSecret();
    await this.database.db.update(tenants).set({ callbackSecret: secret }).where(eq(tenants.id, tenant));
    return { secret };
  }

  /** Also deletes its deliveries. */
  async remove({ tenant }: Caller, id: string): Promise<void> {
    const [row] = await this.database.db
      .delete(webhooks)
      .where(and(eq(webhooks.tenant, tenant), eq(webhooks.id, id)))
      .returning();
    known(row, id);
  }
}

function known(row: Row | undefined, id: string): Row {
  if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no webhook ${id}.`);
  return row;
}

const view = ({ id, url, events, active, createdAt, updatedAt }: Row): WebhookView => ({
  id,
  url,
  events,
  active,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
