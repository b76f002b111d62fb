// Creates, finds, lists and revokes API keys. Only hashes are stored.
import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Scope } from '@portrait/contracts/api';
import { and, desc, eq, isNull, lt, or } from 'drizzle-orm';
import { hashKey, newKeyText, keyPrefix } from '../auth/key-text.js';
import type { Database } from '../database/open-database.js';
import { apiKeys, tenants } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE } from '../tokens.js';

type Row = typeof apiKeys.$inferSelect;
const LAST_USED_INTERVAL_MS = 60_000;
const KEY_CACHE_MS = 1_000;
const MAX_ENTRIES = 10_000;

interface NewKey {
  name: string;
  scopes: readonly Scope[];
  expiresAt?: string | undefined;
  ratePerMinute?: number | undefined;
}

@Injectable()
export class KeysService {
  /** Recently read rows by hash: polling clients would otherwise cost a query per request. */
  readonly #recent = new Map<string, { row: Row; until: number }>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * The caller behind a key; null when it is unknown, expired or revoked. A revocation takes effect at once in this
   * process and within a second in others.
   */
  async find(key: string): Promise<Caller | null> {
    const row = await this.#row(hashKey(key));
    if (row === null) return null;
    const now = new Date();
    if (row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return null;
    const longAgo = new Date(now.getTime() - LAST_USED_INTERVAL_MS);
    if (row.lastUsedAt === null || row.lastUsedAt < longAgo) {
      row.lastUsedAt = now;
      await this.database.db
        .update(apiKeys)
        .set({ lastUsedAt: now })
        .where(and(eq(apiKeys.id, row.id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, longAgo))));
    }
    return { tenant: row.tenant, key: row.id, scopes: row.scopes, ratePerMinute: row.ratePerMinute };
  }

  async #row(hash: string): Promise<Row | null> {
    const known = this.#recent.get(hash);
    if (known !== undefined && known.until > performance.now()) return known.row;
    this.#recent.delete(hash);
    const [row] = await this.database.db.select().from(apiKeys).where(eq(apiKeys.hash, hash));
    if (row === undefined || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))) return null;
    this.#recent.set(hash, { row, until: performance.now() + KEY_CACHE_MS });
    if (this.#recent.size > MAX_ENTRIES) this.#recent.delete(this.#recent.keys().next().value!);
    return row;
  }

  async create(tenant: string, { name, scopes, expiresAt, ratePerMinute }: NewKey): Promise<ResponseOf<'createKey'>> {
    const expires = expiresAt === undefined ? null : new Date(expiresAt);
    if (expires !== null && expires <= new Date())
      throw new PortraitError('INVALID_ARGUMENT', 'expiresAt: must be in the future.');
    const key = newKeyText();
    const [row] = await this.database.db
      .insert(apiKeys)
      .values({
        id: newId('key'),
        tenant,
        name,
        hash: hashKey(key),
        start: keyPrefix(key),
        scopes: [...new Set(scopes)],
        ratePerMinute: ratePerMinute ?? null,
        expiresAt: expires,
      })
      .returning();
    return { ...view(row!), key };
  }

  /** Creates the tenant if needed; for the command line and the first start. */
  async createFor(tenant: string, key: NewKey): Promise<ResponseOf<'createKey'>> {
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(tenant))
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `"${tenant}" is not the name of a tenant: lower-case letters, digits and -, at most 40.`,
      );
    await this.database.db.insert(tenants).values({ id: tenant }).onConflictDoNothing();
    return this.create(tenant, key);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.database.db.select({ id: apiKeys.id }).from(apiKeys).limit(1)).length === 0;
  }

  async list({ tenant }: Caller, { limit, cursor }: RequestOf<'listKeys'>['query']): Promise<ResponseOf<'listKeys'>> {
    const rows = await this.database.db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenant, tenant), afterCursor(cursor, apiKeys)))
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, view);
  }

  async get({ tenant }: Caller, id: string): Promise<ResponseOf<'revokeKey'>> {
    const [row] = await this.database.db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenant, tenant), eq(apiKeys.id, id)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no key ${id}.`);
    return view(row);
  }

  /** Idempotent. */
  async revoke(caller: Caller, id: string): Promise<ResponseOf<'revokeKey'>> {
    this.#recent.clear();
    await this.database.db
      .update(apiKeys)
      .set({ revokedAt: new Date() })
      .where(and(eq(apiKeys.tenant, caller.tenant), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
    // A concurrent lookup may have cached the old row.
    this.#recent.clear();
    return this.get(caller, id);
  }
}

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

function view({
  id,
  name,
  start,
  scopes,
  ratePerMinute,
  createdAt,
  expiresAt,
  revokedAt,
  lastUsedAt,
}: Row): ResponseOf<'revokeKey'> {
  return {
    id,
    name,
    start,
    scopes,
    ratePerMinute,
    createdAt: createdAt.toISOString(),
    expiresAt: time(expiresAt),
    revokedAt: time(revokedAt),
    lastUsedAt: time(lastUsedAt),
  };
}
