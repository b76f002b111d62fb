// Records consents. They are never changed.
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError, type Consent } from '@portrait/contracts';
import type { ConsentView } from '@portrait/contracts/api';
import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { consents } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE } from '../tokens.js';

type Row = typeof consents.$inferSelect;

@Injectable()
export class ConsentsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async create({ tenant }: Caller, { statement, ...named }: RequestOf<'createConsent'>['body']): Promise<ConsentView> {
    const record: Consent = { ...named, ...(statement === undefined ? {} : { statement }) };
    const [row] = await this.database.db
      .insert(consents)
      .values({ id: newId('consent'), tenant, record })
      .returning();
    return view(row!);
  }

  async list(
    { tenant }: Caller,
    { limit, cursor }: RequestOf<'listConsents'>['query'],
  ): Promise<ResponseOf<'listConsents'>> {
    const rows = await this.database.db
      .select()
      .from(consents)
      .where(and(eq(consents.tenant, tenant), afterCursor(cursor, consents)))
      .orderBy(desc(consents.createdAt), desc(consents.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, view);
  }

  /** Null when the tenant has no such consent. */
  async find(tenant: string, id: string): Promise<Row | null> {
    const [row] = await this.database.db
      .select()
      .from(consents)
      .where(and(eq(consents.tenant, tenant), eq(consents.id, id)));
    return row ?? null;
  }

  async get({ tenant }: Caller, id: string): Promise<ConsentView> {
    const row = await this.find(tenant, id);
    if (row === null) throw new PortraitError('NOT_FOUND', `There is no consent ${id}.`);
    return view(row);
  }
}

function view({ id, record, createdAt }: Row): ConsentView {
  return {
    id,
    grantedBy: record.grantedBy,
    subject: record.subject,
    date: record.date,
    purpose: record.purpose,
    statement: record.statement ?? null,
    createdAt: createdAt.toISOString(),
  };
}
