// The record of a portrait in the store: written when its graph is done, read by whoever renders it.
import type { ArtifactScope, ArtifactStore } from '@portrait/artifact-store';
import { isLaterPart, PORTRAIT_ROLES, portraitSchema, type Portrait } from '@portrait/catalog';
import { featuresJsonSchema, PORTRAIT_PARTS, PortraitError, type ArtifactRef, type Source } from '@portrait/contracts';
import type { GraphResult } from './run-graph.js';

const RECORD = 'portrait';

/** @param optional a training begun by an earlier version may end without it */
function part(results: GraphResult, source: Source, optional: boolean): ArtifactRef | undefined {
  const ref = 'node' in source ? results[source.node]?.outputs[source.output] : undefined;
  if (ref === undefined && !optional)
    throw new PortraitError(
      'INTERNAL',
      `The portrait graph ended without ${'node' in source ? `${source.node}.${source.output}` : source.external}.`,
    );
  return ref;
}

export async function writePortrait(
  scope: ArtifactScope,
  results: GraphResult,
  made: Pick<Portrait, 'preset' | 'seed' | 'params'> & { video: ArtifactRef; consent: ArtifactRef },
): Promise<Portrait> {
  const features = results['audio-features']?.outputs['audioFeatures'];
  if (features === undefined) throw new PortraitError('INTERNAL', 'The portrait graph ended without audio features.');
  const { extractor, version } = await scope.readJson(features, 'features.json', featuresJsonSchema);
  const parts = Object.fromEntries(
    PORTRAIT_ROLES.map((role) => [role, part(results, PORTRAIT_PARTS[role], isLaterPart(role))]).filter(
      ([, ref]) => ref !== undefined,
    ),
  ) as Portrait['parts'];
  const portrait: Portrait = {
    person: scope.person,
    createdAt: new Date().toISOString(),
    ...made,
    parts,
    extractor: { name: extractor, version },
  };
  const known = await scope.records.get(RECORD).then((record) => portraitSchema.safeParse(record));
  // Keeps `createdAt` when nothing else changed, so that repeating a finished training is a no-op.
  if (
    known.success &&
    JSON.stringify({ ...known.data, createdAt: '' }) ===
      JSON.stringify({ ...portraitSchema.parse(portrait), createdAt: '' })
  )
    return known.data;
  await scope.records.put(RECORD, portrait);
  return portrait;
}

export async function findPortrait(scope: ArtifactScope): Promise<Portrait | null> {
  const record = await scope.records.get(RECORD);
  if (record === null) return null;
  const parsed = portraitSchema.safeParse(record);
  if (!parsed.success)
    throw new PortraitError('INCOMPATIBLE', `The portrait of "${scope.person}" was written by another version.`, {
      hint: 'Run portrait train for this person again; finished stages are kept.',
    });
  return parsed.data;
}

/** @throws PortraitError NOT_FOUND naming the people that have a portrait */
export async function requirePortrait(store: ArtifactStore, scope: ArtifactScope): Promise<Portrait> {
  const portrait = await findPortrait(scope);
  if (portrait !== null) return portrait;
  const others: string[] = [];
  for (const person of await store.people()) {
    if (person !== scope.person && (await findPortrait(await store.scope(person)).catch(() => null)) !== null)
      others.push(person);
  }
  throw new PortraitError('NOT_FOUND', `There is no portrait of "${scope.person}" in this store.`, {
    hint:
      others.length > 0
        ? `There is one of: ${others.join(', ')}. Choose with --person.`
        : 'Make one with portrait train --video FILE, or name another store with --store.',
  });
}
