// API keys: made, found by their text, listed, revoked. The text of a key is never kept.
import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Scope } from '@portrait/contracts/api';
import { and, desc, eq, isNull, lt, or } from 'drizzle-orm';
import { hashKey, newKeyText, startOfKey } from '../auth/key-text.js';
import type { Database } from '../database/open-database.js';
import { apiKeys, tenants } from '../database/schema.js';
import type { Caller } from '../http/asked.js';
import { afterCursor, cursorOf, pageOf } from '../http/pages.js';
import type { Ask, Reply } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE } from '../tokens.js';

type Row = typeof apiKeys.$inferSelect;
const USED_EVERY_MS = 60_000;
const RECENT_MS = 1_000;
const KEPT = 10_000;

export interface NewKey {
  name: string;
  scopes: readonly Scope[];
  expiresAt?: string | undefined;
  ratePerMinute?: number | undefined;
}

@Injectable()
export class KeysService {
  /** Rows looked up a moment ago, by hash: pollers would cost a query each time otherwise. */
  readonly #recent = new Map<string, { row: Row; until: number }>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Who the key speaks for, or null when it is unknown, expired or revoked: at once where it was revoked, in other copies of the API within a second. */
  async find(key: string): Promise<Caller | null> {
    const row = await this.#row(hashKey(key));
    if (row === null) return null;
    const now = new Date();
    if (row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return null;
    const longAgo = new Date(now.getTime() - USED_EVERY_MS);
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
    this.#recent.set(hash, { row, until: performance.now() + RECENT_MS });
    if (this.#recent.size > KEPT) this.#recent.delete(this.#recent.keys().next().value!);
    return row;
  }

  async create(tenant: string, { name, scopes, expiresAt, ratePerMinute }: NewKey): Promise<Reply<'createKey'>> {
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
        start: startOfKey(key),
        scopes: [...new Set(scopes)],
        ratePerMinute: ratePerMinute ?? null,
        expiresAt: expires,
      })
      .returning();
    return { ...view(row!), key };
  }

  /** For the command line and the first start: the tenant is made if it is not there. */
  async createFor(tenant: string, key: NewKey): Promise<Reply<'createKey'>> {
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

  async list({ tenant }: Caller, { limit, cursor }: Ask<'listKeys'>['query']): Promise<Reply<'listKeys'>> {
    const rows = await this.database.db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenant, tenant), afterCursor(cursor, apiKeys)))
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, view);
  }

  async get({ tenant }: Caller, id: string): Promise<Reply<'revokeKey'>> {
    const [row] = await this.database.db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenant, tenant), eq(apiKeys.id, id)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no key ${id}.`);
    return view(row);
  }

  /** Revoking it again changes nothing. */
  async revoke(caller: Caller, id: string): Promise<Reply<'revokeKey'>> {
    this.#recent.clear();
    await this.database.db
      .update(apiKeys)
      .set({ revokedAt: new Date() })
      .where(and(eq(apiKeys.tenant, caller.tenant), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
    // Again: what was looked up between.
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
}: Row): Reply<'revokeKey'> {
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
