// The steps of an erasure. The erasure row names the person until the last step; every step may be repeated.
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { portraitWorkflowId, videoWorkflowId, type ErasePersonInput } from '@portrait/contracts';
import { and, eq, inArray, isNull, ne, or, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Database, Queries } from '../database/open-database.js';
import {
  audit,
  batchItems,
  consents,
  erasures,
  idempotency,
  people,
  stages,
  uploads,
  videos,
} from '../database/schema.js';
import type { WorkEngine } from '../work/engine.js';
import { recordEvent } from './record-event.js';

export interface EraseTools {
  database: Database;
  store: RemoteArtifactStore;
  /** The same bucket, opened with credentials that may delete everything. */
  eraser: RemoteArtifactStore;
  engine: WorkEngine;
}

/** Null when the erasure is complete. */
async function subject(
  { db }: Database,
  { erasure }: ErasePersonInput,
): Promise<{ tenant: string; person: string } | null> {
  const [row] = await db
    .select()
    .from(erasures)
    .where(and(eq(erasures.id, erasure), isNull(erasures.completedAt)));
  return row?.person ? { tenant: row.tenant, person: row.person } : null;
}

async function workflowsOf({ db }: Database, person: string): Promise<string[]> {
  const made = await db.select({ id: videos.id }).from(videos).where(eq(videos.person, person));
  const items = await db.select({ id: batchItems.videoId }).from(batchItems).where(eq(batchItems.person, person));
  return [portraitWorkflowId(person), ...new Set([...made, ...items].map(({ id }) => videoWorkflowId(id)))];
}

/** Cancels the person's running work. @returns the number of workflows that have not ended yet */
export async function stopWork({ database, engine }: EraseTools, input: ErasePersonInput): Promise<{ left: number }> {
  const found = await subject(database, input);
  if (found === null) return { left: 0 };
  // Cancel work that has not started, so that it never does.
  await database.db
    .update(videos)
    .set({ status: 'cancelled' })
    .where(and(eq(videos.person, found.person), eq(videos.status, 'queued')));
  await database.db
    .update(batchItems)
    .set({ status: 'cancelled' })
    .where(and(eq(batchItems.person, found.person), eq(batchItems.status, 'waiting')));
  let left = 0;
  for (const workflow of await workflowsOf(database, found.person)) {
    if (!(await engine.describe(workflow))?.running) continue;
    left++;
    await engine.cancel(workflow);
  }
  return { left };
}

export async function eraseArtifacts({ database, store, eraser }: EraseTools, input: ErasePersonInput): Promise<void> {
  const found = await subject(database, input);
  if (found === null) return;
  await using scope = await eraser.scope(found.person);
  await scope.erase();
  await store.forgetLocal(found.person);
}

export async function eraseHistories({ database, engine }: EraseTools, input: ErasePersonInput): Promise<void> {
  const found = await subject(database, input);
  if (found === null) return;
  await engine.deleteHistories(await workflowsOf(database, found.person));
}

/** The last step: deletes the rows and keeps a proof that names nobody. */
export async function eraseRows({ database }: EraseTools, input: ErasePersonInput): Promise<void> {
  const found = await subject(database, input);
  if (found === null) return;
  const { tenant, person } = found;
  await database.db.transaction(async (tx) => {
    const ids = await idsOf(tx, person);
    const consent = await ownConsent(tx, person);
    const deleted: Record<string, number> = {};
    const named = [...ids, ...(consent === null ? [] : [consent])];
    await tx
      .update(audit)
      .set({ target: input.erasure })
      .where(and(eq(audit.tenant, tenant), inArray(audit.target, named)));
    // Other tenants may have probed these ids; their entries keep the refusal but lose the id.
    await tx.update(audit).set({ target: null }).where(inArray(audit.target, named));
    deleted['idempotency'] = await remove(
      tx,
      idempotency,
      and(
        eq(idempotency.tenant, tenant),
        or(...named.map((id) => sql`strpos(${idempotency.answer}::text, ${id}) > 0`)),
      )!,
    );
    deleted['uploads'] = await remove(tx, uploads, eq(uploads.scope, person));
    deleted['stages'] = await remove(tx, stages, eq(stages.person, person));
    deleted['batchItems'] = await remove(tx, batchItems, eq(batchItems.person, person));
    deleted['videos'] = await remove(tx, videos, eq(videos.person, person));
    // Deletes the person's events and queued webhook deliveries by cascade.
    deleted['people'] = await remove(tx, people, eq(people.id, person));
    if (consent !== null) deleted['consents'] = await remove(tx, consents, eq(consents.id, consent));
    await tx
      .update(erasures)
      .set({ person: null, deleted, completedAt: sql`now()` as never })
      .where(eq(erasures.id, input.erasure));
    await recordEvent(tx, `erased/${input.erasure}`, { type: 'person.erased', tenant, erasure: input.erasure });
  });
}

async function idsOf(tx: Queries, person: string): Promise<string[]> {
  const ofVideos = await tx.select({ id: videos.id }).from(videos).where(eq(videos.person, person));
  const ofUploads = await tx.select({ id: uploads.id }).from(uploads).where(eq(uploads.scope, person));
  return [person, ...ofVideos.map(({ id }) => id), ...ofUploads.map(({ id }) => id)];
}

/** The person's consent record, unless other people share it. */
async function ownConsent(tx: Queries, person: string): Promise<string | null> {
  const [row] = await tx.select({ consent: people.consent }).from(people).where(eq(people.id, person));
  if (row === undefined) return null;
  const others = await tx
    .select({ id: people.id })
    .from(people)
    .where(and(eq(people.consent, row.consent), ne(people.id, person)))
    .limit(1);
  return others.length === 0 ? row.consent : null;
}

async function remove(tx: Queries, table: PgTable, where: SQL): Promise<number> {
  return (
    await tx
      .delete(table)
      .where(where)
      .returning({ one: sql`1` })
  ).length;
}
