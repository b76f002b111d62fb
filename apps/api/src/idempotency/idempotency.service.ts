// Stores responses by Idempotency-Key for a day. A repeated request gets the stored response; a different request with
// the same key is refused.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, PortraitError } from '@portrait/contracts';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { idempotency } from '../database/schema.js';
import type { Database } from '../database/open-database.js';
import { DATABASE } from '../tokens.js';

// By the database clock: clocks of API processes may differ.
const EXPIRED_AT = sql`now() - interval '24 hours'`;
/** A request unfinished for this long died with its process; a retry takes over. */
const ABANDONED = sql`now() - interval '2 minutes'`;

interface StoredResponse {
  status: number;
  answer: unknown;
}

export const requestDigest = (method: string, path: string, body: unknown): string =>
  createHash('sha256')
    .update(canonicalJson([method, path, body ?? null]))
    .digest('hex');

@Injectable()
export class IdempotencyService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Null when the caller is first; it must then call `store` or `release`. @throws PortraitError CONFLICT */
  async begin(tenant: string, key: string, request: string): Promise<StoredResponse | null> {
    const { db } = this.database;
    const mine = and(eq(idempotency.tenant, tenant), eq(idempotency.key, key));
    await db.delete(idempotency).where(and(mine, lt(idempotency.createdAt, EXPIRED_AT)));
    await db.delete(idempotency).where(and(mine, isNull(idempotency.status), lt(idempotency.createdAt, ABANDONED)));
    const inserted = await db
      .insert(idempotency)
      .values({ tenant, key, request })
      .onConflictDoNothing()
      .returning({ key: idempotency.key });
    if (inserted.length > 0) return null;
    const [known] = await db.select().from(idempotency).where(mine);
    if (known === undefined) return this.begin(tenant, key, request);
    if (known.request !== request)
      throw new PortraitError('CONFLICT', `The Idempotency-Key "${key}" was used for another request.`, {
        hint: 'Use a new key for a new request, and repeat a key only with the same body.',
      });
    if (known.status === null)
      throw new PortraitError('CONFLICT', `The first request with the Idempotency-Key "${key}" is still in progress.`, {
        hint: 'Retry in a moment to get the response of the first request.',
      });
    return { status: known.status, answer: known.answer };
  }

  async store(
    tenant: string,
    key: string,
    { status, answer, person }: StoredResponse & { person: string | null },
  ): Promise<void> {
    await this.database.db
      .update(idempotency)
      .set({ status, answer, person })
      .where(and(eq(idempotency.tenant, tenant), eq(idempotency.key, key)));
  }

  async release(tenant: string, key: string): Promise<void> {
    await this.database.db
      .delete(idempotency)
      .where(and(eq(idempotency.tenant, tenant), eq(idempotency.key, key), isNull(idempotency.status)));
  }

  async sweep(): Promise<void> {
    await this.database.db.delete(idempotency).where(lt(idempotency.createdAt, EXPIRED_AT));
  }
}
