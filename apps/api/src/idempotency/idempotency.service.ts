// Answers by Idempotency-Key, kept for a day: the same request again gets the answer it got, another request with the key is refused.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, PortraitError } from '@portrait/contracts';
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { idempotency } from '../database/schema.js';
import type { Database } from '../database/open-database.js';
import { DATABASE } from '../tokens.js';

// By the clock of the database: those of several copies of the API may differ.
const KEPT = sql`now() - interval '24 hours'`;
/** A request without an answer for so long died with its process; another may take its place. */
const ABANDONED = sql`now() - interval '2 minutes'`;

export interface KeptAnswer {
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

  /** Null: the caller is the first and must `keep` or `forget`. @throws PortraitError CONFLICT */
  async begin(tenant: string, key: string, request: string): Promise<KeptAnswer | null> {
    const { db } = this.database;
    const mine = and(eq(idempotency.tenant, tenant), eq(idempotency.key, key));
    await db.delete(idempotency).where(and(mine, lt(idempotency.createdAt, KEPT)));
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
        hint: 'Use a new key for a new request, and the same body with the same key.',
      });
    if (known.status === null)
      throw new PortraitError(
        'CONFLICT',
        `The first request with the Idempotency-Key "${key}" is still being worked on.`,
        { hint: 'Send it again in a moment; it will get the answer of the first.' },
      );
    return { status: known.status, answer: known.answer };
  }

  async keep(
    tenant: string,
    key: string,
    { status, answer, person }: KeptAnswer & { person: string | null },
  ): Promise<void> {
    await this.database.db
      .update(idempotency)
      .set({ status, answer, person })
      .where(and(eq(idempotency.tenant, tenant), eq(idempotency.key, key)));
  }

  async forget(tenant: string, key: string): Promise<void> {
    await this.database.db
      .delete(idempotency)
      .where(and(eq(idempotency.tenant, tenant), eq(idempotency.key, key), isNull(idempotency.status)));
  }

  /** Deletes what is older than a day. */
  async sweep(): Promise<void> {
    await this.database.db.delete(idempotency).where(lt(idempotency.createdAt, KEPT));
  }
}
