// What a workflow tells becomes rows: the status of people, videos and stages, and an event. The same event twice changes nothing.
import type { ArtifactStore } from '@portrait/artifact-store';
import type { StageOutcome, WorkEvent } from '@portrait/contracts';
import { findRun, latestName } from '@portrait/stage-kit';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Database, Queries } from '../database/open-database.js';
import { batches, events, people, stages, videos } from '../database/schema.js';
import { recordEvent } from './record-event.js';

const NOW = sql`now()`;

export async function tell(database: Database, store: ArtifactStore, event: WorkEvent): Promise<void> {
  const { id, ...told } = event;
  const [before] = await database.db.select({ id: events.id }).from(events).where(eq(events.id, id));
  if (before !== undefined) return;
  // Read before the transaction: the store may take its time, and a transaction keeps others waiting.
  const outcome = event.type === 'stage.done' ? await outcomeOf(store, event) : undefined;
  await database.db.transaction(async (tx) => {
    const urls = await callbackUrls(tx, event);
    // Erased meanwhile: there is nobody left to tell of.
    if (urls === null) return;
    if (!(await recordEvent(tx, id, told, urls))) return;
    if (event.video !== undefined) await videoChanged(tx, event);
    else if (event.person !== undefined) await personChanged(tx, event);
    if (event.stage !== undefined) await stageChanged(tx, event, outcome);
  });
}

async function callbackUrls(
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

async function personChanged(tx: Queries, { type, person, error }: WorkEvent): Promise<void> {
  const set = (values: Partial<typeof people.$inferInsert>, unless: ('ready' | 'erasing' | 'cancelled' | 'failed')[]) =>
    tx
      .update(people)
      .set({ ...values, updatedAt: NOW as never })
      .where(and(eq(people.id, person!), notInArray(people.status, unless)));
  const finishedAt = NOW as never;
  // A portrait that is there stays ready, whatever becomes of what only reports on it.
  if (type === 'person.training')
    await set({ status: 'training', error: null }, ['ready', 'erasing', 'cancelled', 'failed']);
  if (type === 'stage.failed')
    await set({ status: 'parked', error: error ?? null }, ['ready', 'erasing', 'cancelled', 'failed']);
  if (type === 'person.ready') await set({ status: 'ready', error: null, finishedAt }, ['erasing']);
  if (type === 'person.failed') await set({ status: 'failed', error: error ?? null, finishedAt }, ['ready', 'erasing']);
  if (type === 'person.cancelled') await set({ status: 'cancelled', error: null, finishedAt }, ['ready', 'erasing']);
}

async function videoChanged(tx: Queries, { type, video, error, seconds, coreSeconds }: WorkEvent): Promise<void> {
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

async function stageChanged(
  tx: Queries,
  { type, person, video, stage, attempt, error }: WorkEvent,
  outcome: StageOutcome | undefined,
): Promise<void> {
  if (!['stage.done', 'stage.failed'].includes(type)) return;
  // The rows of a batch item would be one for each stage of each of thousands, and nobody looks at them.
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

/** What the stage service left in the store about its last run. Of a video's parts only the last one could be told from there. */
async function outcomeOf(
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

/** A stage that was left out on request; the workflow does not tell of it. */
export async function stageSkipped(
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
