// Records results of workflows: the portrait in the store, the video in its row.
import type { ArtifactStore } from '@portrait/artifact-store';
import { PORTRAIT_PARTS, type ArtifactRef, type BookkeepingActivities } from '@portrait/contracts';
import { writePortrait, type GraphResult } from '@portrait/stage-kit';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { batchItems, videos } from '../database/schema.js';

type Input<N extends keyof BookkeepingActivities> = Parameters<BookkeepingActivities[N]>[0];

/** Writes the same record as the command line. */
export async function publishPortrait(
  store: ArtifactStore,
  { person, parts, features, video, consent, preset, seed, params }: Input<'publishPortrait'>,
): Promise<void> {
  await using scope = await store.scope(person);
  await writePortrait(scope, asResults(parts, features), { preset, seed, params, video, consent });
}

/** Converts parts by role to results by graph node. */
function asResults(parts: Input<'publishPortrait'>['parts'], features: ArtifactRef): GraphResult {
  const outputs: Record<string, Record<string, ArtifactRef>> = { 'audio-features': { audioFeatures: features } };
  for (const [role, source] of Object.entries(PORTRAIT_PARTS)) {
    const part = parts[role as keyof typeof parts];
    if ('node' in source && part) outputs[source.node] = { ...outputs[source.node], [source.output]: part };
  }
  return Object.fromEntries(Object.entries(outputs).map(([node, made]) => [node, { outputs: made }])) as GraphResult;
}

export async function publishVideo({ db }: Database, { tenant, video, result }: Input<'publishVideo'>): Promise<void> {
  const made = { video: result.video, seconds: result.seconds, coreSeconds: result.coreSeconds };
  await db
    .update(videos)
    .set({ ...made, comparison: result.comparison ?? null, updatedAt: sql`now()` as never })
    .where(and(eq(videos.tenant, tenant), eq(videos.id, video)));
  await db
    .update(batchItems)
    .set({ ...made, status: 'done', error: null, finishedAt: sql`now()` as never })
    .where(eq(batchItems.videoId, video));
}
