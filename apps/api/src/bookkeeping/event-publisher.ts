// Applies a workflow event: updates people, videos and stages, and records the event for streams and webhooks.
// Idempotent by event id.
import type { ArtifactStore } from '@portrait/artifact-store';
import type { StageOutcome, WorkEvent } from '@portrait/contracts';
import { findRun, latestName } from '@portrait/stage-kit';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Database, Queries } from '../database/open-database.js';
import { batches, events, people, stages, videos } from '../database/schema.js';
import { recordEvent } from './record-event.js';

const NOW = sql`now()`;

export async function publishEvent(database: Database, store: ArtifactStore, event: WorkEvent): Promise<void> {
  const { id, ...record } = event;
  const [existing] = await database.db.select({ id: events.id }).from(events).where(eq(events.id, id));
  if (existing !== undefined) return;
  // Read outside the transaction: the store can be slow, and the transaction holds locks.
  const outcome = event.type === 'stage.done' ? await readOutcome(store, event) : undefined;
  await database.db.transaction(async (tx) => {
    const urls = await findCallbackUrls(tx, event);
    // The person was erased meanwhile.
    if (urls === null) return;
    if (!(await recordEvent(tx, id, record, urls))) return;
    if (event.video !== undefined) await updateVideo(tx, event);
    else if (event.person !== undefined) await updatePerson(tx, event);
    if (event.stage !== undefined) await updateStage(tx, event, outcome);
  });
}

async function findCallbackUrls(
  tx: Queries,
  { tenant, person, video, batch }: WorkEvent,
): Promise<(string | null)[] | null> {
  const urls: (string | null)[] = [];
  if (person !== undefined) {
    const [row] = await tx
      .select({ url: people.callbackUrl })
      .from(people)
      .where(and(eq(people.tenant, tenant), eq(people.id, person)))
      .for('update');
    if (row === undefined) return null;
    if (video === undefined) urls.push(row.url);
  }
  if (video !== undefined)
    urls.push(
      ...(await tx.select({ url: videos.callbackUrl }).from(videos).where(eq(videos.id, video))).map(({ url }) => url),
    );
  if (batch !== undefined && video === undefined)
    urls.push(
      ...(await tx.select({ url: batches.callbackUrl }).from(batches).where(eq(batches.id, batch))).map(
        ({ url }) => url,
      ),
    );
  return urls;
}

async function updatePerson(tx: Queries, { type, person, error }: WorkEvent): Promise<void> {
  const set = (values: Partial<typeof people.$inferInsert>, unless: ('ready' | 'erasing' | 'cancelled' | 'failed')[]) =>
    tx
      .update(people)
      .set({ ...values, updatedAt: NOW as never })
      .where(and(eq(people.id, person!), notInArray(people.status, unless)));
  const finishedAt = NOW as never;
  // A person with a portrait stays ready, even when the later evaluation fails.
  if (type === 'person.training')
    await set({ status: 'training', error: null }, ['ready', 'erasing', 'cancelled', 'failed']);
  if (type === 'stage.failed')
    await set({ status: 'parked', error: error ?? null }, ['ready', 'erasing', 'cancelled', 'failed']);
  if (type === 'person.ready') await set({ status: 'ready', error: null, finishedAt }, ['erasing']);
  if (type === 'person.failed') await set({ status: 'failed', error: error ?? null, finishedAt }, ['ready', 'erasing']);
  if (type === 'person.cancelled') await set({ status: 'cancelled', error: null, finishedAt }, ['ready', 'erasing']);
}

async function updateVideo(tx: Queries, { type, video, error, seconds, coreSeconds }: WorkEvent): Promise<void> {
  const set = (values: Partial<typeof videos.$inferInsert>, unless: ('ready' | 'cancelled' | 'failed')[]) =>
    tx
      .update(videos)
      .set({ ...values, updatedAt: NOW as never })
      .where(and(eq(videos.id, video!), notInArray(videos.status, unless)));
  const finishedAt = NOW as never;
  if (type === 'video.rendering') await set({ status: 'rendering', error: null }, ['ready', 'cancelled', 'failed']);
  if (type === 'stage.failed') await set({ status: 'parked', error: error ?? null }, ['ready', 'cancelled', 'failed']);
  if (type === 'video.ready')
    await set(
      {
        status: 'ready',
        error: null,
        finishedAt,
        ...(seconds === undefined ? {} : { seconds }),
        ...(coreSeconds === undefined ? {} : { coreSeconds }),
      },
      [],
    );
  if (type === 'video.failed') await set({ status: 'failed', error: error ?? null, finishedAt }, ['ready']);
  if (type === 'video.cancelled') await set({ status: 'cancelled', error: null, finishedAt }, ['ready']);
}

async function updateStage(
  tx: Queries,
  { type, person, video, stage, attempt, error }: WorkEvent,
  outcome: StageOutcome | undefined,
): Promise<void> {
  if (!['stage.done', 'stage.failed'].includes(type)) return;
  // Batch items have no video row, and no stage rows: thousands of items would produce rows nobody reads.
  if (video !== undefined && (await tx.select({ id: videos.id }).from(videos).where(eq(videos.id, video))).length === 0)
    return;
  const values = {
    status: type === 'stage.done' ? ('done' as const) : ('parked' as const),
    attempt: attempt ?? 1,
    error: error ?? null,
    outcome: outcome ?? null,
    finishedAt: NOW as never,
    startedAt:
      outcome === undefined
        ? null
        : (sql`now() - make_interval(secs => ${outcome.wallMs / 1000}::double precision)` as never),
  };
  await tx
    .insert(stages)
    .values({ person: person!, video: video ?? '', stage: stage!, ...values })
    .onConflictDoUpdate({ target: [stages.person, stages.video, stages.stage], set: values });
}

/**
 * The outcome of the last run of the stage, from the store. Not for videos: the store only knows the last of their
 * shards.
 */
async function readOutcome(
  store: ArtifactStore,
  { person, video, stage, coreSeconds }: WorkEvent,
): Promise<StageOutcome | undefined> {
  if (person === undefined || stage === undefined || video !== undefined) return undefined;
  const scope = await store.scope(person);
  const latest = (await scope.records.get(latestName('portrait', stage))) as { key: string } | null;
  const report = latest && (await findRun(scope, latest.key));
  if (!report) return undefined;
  const { key, outputs, wallMs, cpuMs, peakRssBytes, findings, metrics, preview } = report;
  return {
    key,
    outputs,
    cached: coreSeconds === 0,
    wallMs,
    cpuMs,
    peakRssBytes,
    findings,
    metrics,
    ...(preview ? { preview: preview as NonNullable<StageOutcome['preview']> } : {}),
  };
}

/** Records a stage skipped on request; the workflow publishes no event for it. */
export async function recordSkippedStage(
  database: Database,
  person: string,
  stage: (typeof stages.$inferInsert)['stage'],
): Promise<void> {
  const values = { status: 'skipped' as const, error: null, outcome: null, finishedAt: NOW as never };
  await database.db
    .insert(stages)
    .values({ person, stage, attempt: 1, ...values })
    .onConflictDoUpdate({ target: [stages.person, stages.video, stages.stage], set: values });
  await database.db
    .update(people)
    .set({ updatedAt: NOW as never })
    .where(and(eq(people.id, person), inArray(people.status, ['queued', 'training', 'parked'])));
}
