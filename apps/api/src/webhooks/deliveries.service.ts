// Lists and resends webhook deliveries, and runs the delivery loop.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PortraitError, type Logger } from '@portrait/contracts';
import type { DeliveryView } from '@portrait/contracts/api';
import { and, desc, eq, ne, or, sql } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { webhookDeliveries, webhooks } from '../database/schema.js';
import type { GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import type { ApiMetrics } from '../metrics/api-metrics.js';
import { DATABASE, GUARD, LOG, METRICS, OPTIONS, type ApiOptions } from '../tokens.js';
import { DeliveryLoop } from './delivery-loop.js';

type Row = typeof webhookDeliveries.$inferSelect;

@Injectable()
export class DeliveriesService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #loop: DeliveryLoop;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(GUARD) guard: GuardOptions,
    @Inject(OPTIONS) { deliverMs }: ApiOptions,
    @Inject(LOG) log: Logger,
    @Inject(METRICS) { deliveries }: Pick<ApiMetrics, 'deliveries'>,
  ) {
    this.#loop = new DeliveryLoop({
      db: database.db,
      guard,
      log,
      pollMs: deliverMs,
      onAttempt: (outcome) => deliveries.inc({ outcome }),
    });
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  /** Wakes the loop after an event was recorded. */
  wake(): void {
    this.#loop.wake();
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, webhookId, eventId, status }: RequestOf<'listDeliveries'>['query'],
  ): Promise<ResponseOf<'listDeliveries'>> {
    const rows = await this.database.db
      .select()
      .from(webhookDeliveries)
      .where(
        and(
          eq(webhookDeliveries.tenant, tenant),
          afterCursor(cursor, webhookDeliveries),
          webhookId === undefined ? undefined : eq(webhookDeliveries.webhook, webhookId),
          eventId === undefined ? undefined : eq(webhookDeliveries.event, eventId),
          status === undefined ? undefined : eq(webhookDeliveries.status, status),
        ),
      )
      .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, view);
  }

  async get({ tenant }: Caller, id: string): Promise<DeliveryView> {
    const [row] = await this.database.db
      .select()
      .from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.tenant, tenant), eq(webhookDeliveries.id, id)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no delivery ${id}.`);
    return view(row);
  }

  /** Sends the delivery again, whatever its status. */
  async redeliver(caller: Caller, id: string): Promise<DeliveryView> {
    const { webhookId, status } = await this.get(caller, id);
    if (webhookId !== null) {
      const [hook] = await this.database.db
        .select({ active: webhooks.active })
        .from(webhooks)
        .where(eq(webhooks.id, webhookId));
      if (hook?.active === false)
        throw new PortraitError('CONFLICT', `The webhook ${webhookId} is inactive.`, {
          hint: `Activate it first: PATCH /v1/webhooks/${webhookId} {"active": true}.`,
        });
    }
    // An attempt in progress is counted but not yet logged.
    const moved = await this.database.db
      .update(webhookDeliveries)
      .set({ status: 'pending', nextAt: sql`now()` as never, deliveredAt: null })
      .where(
        and(
          eq(webhookDeliveries.id, id),
          or(
            ne(webhookDeliveries.status, 'pending'),
            sql`${webhookDeliveries.attempts} <= jsonb_array_length(${webhookDeliveries.log})`,
          ),
        ),
      )
      .returning({ id: webhookDeliveries.id });
    if (moved.length === 0)
      throw new PortraitError('CONFLICT', `The delivery ${id} is ${status} and is being sent now.`);
    this.wake();
    return this.get(caller, id);
  }
}

function view({
  id,
  webhook,
  url,
  event,
  type,
  status,
  attempts,
  nextAt,
  log,
  createdAt,
  deliveredAt,
}: Row): DeliveryView {
  return {
    id,
    webhookId: webhook,
    url,
    eventId: event,
    type,
    status,
    attempts,
    nextAttemptAt: nextAt?.toISOString() ?? null,
    log: log.map(({ error, ...attempt }) => ({ ...attempt, error: error ?? null })),
    createdAt: createdAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
  };
}
