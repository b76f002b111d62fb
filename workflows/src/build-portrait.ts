// buildPortrait: the portrait graph, as parallel as its edges allow. A stage that fails for good parks; what does not depend on it
// goes on, and everything done stays. The portrait is recorded as soon as its parts are there; the report comes after.
import { isCancellation } from '@temporalio/workflow';
import {
  PORTRAIT_GRAPH,
  PORTRAIT_PARTS,
  type ArtifactRecord,
  type ArtifactRef,
  type BuildPortraitInput,
  type PortraitParts,
  type Source,
  type WorkState,
} from '@portrait/contracts/work';
import { answerControls } from './controls.js';
import { NodeRuns } from './node-runs.js';
import { bookkeeping, Telling } from './telling.js';

type Outputs = Record<string, ArtifactRecord[string]>;

export async function buildPortrait(input: BuildPortraitInput): Promise<WorkState> {
  const { tenant, person, seed, timing, preset, video, consent } = input;
  const telling = new Telling({ tenant, person });
  const runs = new NodeRuns(
    { person, graph: 'portrait', seed, timing, onFailure: 'park' },
    {
      done: ({ stage, attempt, outcome }) =>
        telling.say('stage.done', {
          stage,
          attempt,
          coreSeconds: (outcome?.cached ? 0 : (outcome?.cpuMs ?? 0)) / 1000,
        }),
      failed: ({ stage, attempt, error }) =>
        telling.say('stage.failed', { stage, attempt, ...(error ? { error } : {}) }),
    },
  );
  answerControls(runs, () => telling.say('person.training'));
  const graph = Object.entries(PORTRAIT_GRAPH).filter(([node]) => input.evaluate || node !== 'evaluate');
  for (const [node, { stage, skip }] of graph) runs.declare(node, stage, skip);

  const results = new Map<string, Promise<Outputs>>();
  const read = async (source: Source): Promise<ArtifactRecord[string]> =>
    'external' in source ? video : (await results.get(source.node)!)[source.output];
  for (const [node, { stage, inputs, skip }] of graph) {
    const gather = async (): Promise<ArtifactRecord> =>
      Object.fromEntries(
        await Promise.all(Object.entries(inputs).map(async ([role, source]) => [role, await read(source)] as const)),
      );
    const result = runs.run({ node, stage, inputs: gather, params: input.params[stage] ?? {}, skip });
    // Every node is awaited below; until then its rejection is known and not unhandled.
    result.catch(() => undefined);
    results.set(node, result);
  }

  try {
    telling.say('person.training');
    const parts = Object.fromEntries(
      await Promise.all(
        Object.entries(PORTRAIT_PARTS).map(async ([role, source]) => [role, (await read(source))!] as const),
      ),
    ) as PortraitParts;
    const features = (await results.get('audio-features')!)['audioFeatures'] as ArtifactRef<'audio-features'>;
    await bookkeeping.publishPortrait({
      tenant,
      person,
      parts,
      features,
      video,
      consent,
      preset,
      seed,
      params: input.params,
    });
    telling.say('person.ready');
    await Promise.all(results.values());
    runs.end('done');
    await telling.settled();
    return runs.state();
  } catch (error) {
    runs.end(isCancellation(error) ? 'cancelled' : 'failed');
    telling.say(isCancellation(error) ? 'person.cancelled' : 'person.failed');
    await telling.settled();
    throw error;
  }
}
