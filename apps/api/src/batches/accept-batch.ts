// Turns a batch request into items: parses it, applies the defaults and validates every item before any row is stored.
// Errors name the place of each item.
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { mergeParams, type Portrait } from '@portrait/catalog';
import { canonicalJson, PortraitError, type StageSpecs } from '@portrait/contracts';
import type { BatchDefaults, BatchItem, VideoRequest } from '@portrait/contracts/api';
import { findPortrait } from '@portrait/stage-kit';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { people } from '../database/schema.js';
import type { Allowance } from '../fetch-url/index.js';
import { planVideo } from '../work/portrait-params.js';
import { yielding } from './yielding.js';
import { checkIds, checkPeople, type KnownPerson } from './check-items.js';
import { checkSources, SOURCE_NAMES, sourceOf, type Requested } from './check-sources.js';
import { fromJson, type LocatedItem } from './located-item.js';
import { readCsv } from './read-csv.js';
import { ItemErrors } from './item-errors.js';

interface AcceptTools {
  db: Queries;
  store: Pick<RemoteArtifactStore, 'scope'>;
  registry: () => Promise<StageSpecs>;
  canFetch: boolean;
  allow: Allowance | undefined;
}

interface AcceptedItem {
  id: string;
  request: VideoRequest;
}

const MIDDLE_PRIORITY = 3;
const PORTRAITS_AT_ONCE = 16;

/** Returns items in the order in which they start. @throws PortraitError naming every invalid item by its place */
export async function acceptItems(
  tools: AcceptTools,
  tenant: string,
  {
    items,
    csv,
    defaults,
  }: { items?: readonly BatchItem[] | undefined; csv?: string | undefined; defaults: BatchDefaults },
): Promise<AcceptedItem[]> {
  const located = csv === undefined ? fromJson(items ?? []) : await readCsv(csv);
  const errors = new ItemErrors();
  checkIds(located, errors);
  const portraits = await findPortraits(tools, tenant, located, errors);
  errors.throwIfAny();
  const requested: Requested[] = [];
  for await (const entry of yielding(located))
    requested.push({ located: entry, request: applyDefaults(entry.item, defaults) });
  await checkPlans(await tools.registry(), requested, portraits, errors);
  await checkSources(tools.db, tenant, requested, tools, errors);
  errors.throwIfAny();
  const priority = ({ located: { item } }: Requested): number => item.priority ?? MIDDLE_PRIORITY;
  return requested
    .sort((a, b) => priority(a) - priority(b))
    .map(({ located: { item }, request }) => ({ id: item.id, request }));
}

function applyDefaults(
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
  items: readonly LocatedItem[],
  errors: ItemErrors,
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
    errors,
  );
  return portraits;
}

/** Plans each distinct request once: most items differ only in their speech, which no parameter depends on. */
async function checkPlans(
  registry: StageSpecs,
  items: readonly Requested[],
  portraits: ReadonlyMap<string, Portrait>,
  errors: ItemErrors,
): Promise<void> {
  const verdicts = new Map<string, PortraitError | null>();
  for await (const { located, request } of yielding(items)) {
    const { personId, container, params } = request;
    const choices = SOURCE_NAMES.map((field) =>
      sourceOf(request[field]) === null ? (request[field] ?? null) : { source: field },
    );
    const key = canonicalJson([personId, container ?? null, params, choices]);
    if (!verdicts.has(key))
      verdicts.set(
        key,
        catchError(() => planVideo(registry, portraits.get(personId)!, request)),
      );
    const verdict = verdicts.get(key);
    if (verdict) errors.add(located.where(), verdict.message.replace(/\.$/, ''), verdict.code);
  }
}

function catchError(check: () => unknown): PortraitError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof PortraitError) return error;
    throw error;
  }
}
