// From the request for a batch to its rows: read, laid over the defaults, checked whole before anything is kept. Every mistake is named by its place.
import { findPortrait } from '@portrait/stage-kit';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { mergeParams, type Portrait } from '@portrait/catalog';
import { canonicalJson, PortraitError, type StageSpecs } from '@portrait/contracts';
import type { BatchDefaults, BatchItem, VideoRequest } from '@portrait/contracts/api';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { people } from '../database/schema.js';
import type { Allowance } from '../fetch-url/index.js';
import { planVideo } from '../work/portrait-params.js';
import { unhurried } from './breath.js';
import { checkIds, checkPeople, type KnownPerson } from './check-items.js';
import { checkSources, SOURCE_NAMES, sourceOf, type Requested } from './check-sources.js';
import { fromJson, type PlacedItem } from './placed-item.js';
import { readCsv } from './read-csv.js';
import { RowMistakes } from './row-mistakes.js';

export interface AcceptTools {
  db: Queries;
  store: Pick<RemoteArtifactStore, 'scope'>;
  registry: () => Promise<StageSpecs>;
  canFetch: boolean;
  allow: Allowance | undefined;
}

export interface AcceptedItem {
  id: string;
  request: VideoRequest;
}

const MIDDLE_PRIORITY = 3;
const PORTRAITS_AT_ONCE = 16;

/** Items in the order in which they are to be begun. @throws PortraitError naming every mistake by its place */
export async function acceptItems(
  tools: AcceptTools,
  tenant: string,
  {
    items,
    csv,
    defaults,
  }: { items?: readonly BatchItem[] | undefined; csv?: string | undefined; defaults: BatchDefaults },
): Promise<AcceptedItem[]> {
  const placed = csv === undefined ? fromJson(items ?? []) : await readCsv(csv);
  const mistakes = new RowMistakes();
  checkIds(placed, mistakes);
  const portraits = await findPortraits(tools, tenant, placed, mistakes);
  mistakes.throwIfAny();
  const requested: Requested[] = [];
  for await (const entry of unhurried(placed))
    requested.push({ placed: entry, request: overDefaults(entry.item, defaults) });
  await checkPlans(await tools.registry(), requested, portraits, mistakes);
  await checkSources(tools.db, tenant, requested, tools, mistakes);
  mistakes.throwIfAny();
  const priority = ({ placed: { item } }: Requested): number => item.priority ?? MIDDLE_PRIORITY;
  return requested
    .sort((a, b) => priority(a) - priority(b))
    .map(({ placed: { item }, request }) => ({ id: item.id, request }));
}

function overDefaults(
  { personId, audio, pose, eyes, background, container, params, seed, shards, metadata }: BatchItem,
  defaults: BatchDefaults,
): VideoRequest {
  const chosen = {
    pose: pose ?? defaults.pose,
    eyes: eyes ?? defaults.eyes,
    background: background ?? defaults.background,
    container: container ?? defaults.container,
  };
  return {
    personId,
    audio,
    ...(Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Pick<
      VideoRequest,
      'pose' | 'eyes' | 'background' | 'container'
    >),
    params: mergeParams(defaults.params ?? {}, params ?? {}) as VideoRequest['params'],
    seed: seed ?? defaults.seed ?? 1,
    shards: shards ?? defaults.shards ?? 1,
    metadata: metadata ?? {},
  };
}

async function findPortraits(
  { db, store }: AcceptTools,
  tenant: string,
  items: readonly PlacedItem[],
  mistakes: RowMistakes,
): Promise<Map<string, Portrait>> {
  const ids = [...new Set(items.map(({ item }) => item.personId))];
  const rows = await db
    .select({ id: people.id, status: people.status })
    .from(people)
    .where(and(eq(people.tenant, tenant), sql`${people.id} = ANY(${sql.param(ids)}::text[])`));
  const portraits = new Map<string, Portrait>();
  const waiting = rows.filter(({ status }) => status !== 'erasing');
  await Promise.all(
    Array.from({ length: PORTRAITS_AT_ONCE }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const portrait = await findPortrait(await store.scope(next.id));
        if (portrait !== null) portraits.set(next.id, portrait);
      }
    }),
  );
  checkPeople(
    items,
    new Map(rows.map(({ id, status }): [string, KnownPerson] => [id, { status, hasPortrait: portraits.has(id) }])),
    mistakes,
  );
  return portraits;
}

/** Most items differ in their speech only, which no parameter depends on: each kind of request is planned once. */
async function checkPlans(
  registry: StageSpecs,
  items: readonly Requested[],
  portraits: ReadonlyMap<string, Portrait>,
  mistakes: RowMistakes,
): Promise<void> {
  const verdicts = new Map<string, PortraitError | null>();
  for await (const { placed, request } of unhurried(items)) {
    const { personId, container, params } = request;
    const choices = SOURCE_NAMES.map((field) =>
      sourceOf(request[field]) === null ? (request[field] ?? null) : { source: field },
    );
    const key = canonicalJson([personId, container ?? null, params, choices]);
    if (!verdicts.has(key))
      verdicts.set(
        key,
        refusalOf(() => planVideo(registry, portraits.get(personId)!, request)),
      );
    const verdict = verdicts.get(key);
    if (verdict) mistakes.add(placed.where(), verdict.message.replace(/\.$/, ''), verdict.code);
  }
}

function refusalOf(check: () => unknown): PortraitError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof PortraitError) return error;
    throw error;
  }
}
