// Test support: stores the artifacts of a finished training and publishes its events.
import { ARTIFACT_KINDS, type ArtifactKind, type ArtifactRef, type PortraitParts } from '@portrait/contracts';
import type { TestApi } from './test-api.js';

const FEATURES = {
  extractor: 'fixture-features',
  version: 3,
  channels: 1,
  length: 1,
  rate: 50,
  seconds: 1,
  modelSha256: '0'.repeat(64),
};

export async function publishTestPortrait(api: TestApi, person: string): Promise<PortraitParts> {
  const scope = await api.store.scope(person);
  const make = async <K extends ArtifactKind>(kind: K): Promise<ArtifactRef<K>> => {
    const draft = await scope.create(kind);
    for (const file of ARTIFACT_KINDS[kind].files)
      await draft.write(file, file === 'features.json' ? JSON.stringify(FEATURES) : `${kind} ${file}`);
    return draft.commit();
  };
  const parts: PortraitParts = {
    head: await make('head'),
    torso: await make('torso'),
    poses: await make('poses'),
    landmarks: await make('landmarks'),
    background: await make('background'),
    clip: await make('clip'),
  };
  const { tenant, video, consent, params } = api.engine.portrait(person)!;
  await api.bookkeeping.publishPortrait({
    tenant,
    person,
    parts,
    features: await make('audio-features'),
    video,
    consent,
    preset: 'standard',
    seed: 1,
    params,
  });
  await api.bookkeeping.tell({ id: `ready-${person}`, type: 'person.ready', tenant, person });
  return parts;
}
