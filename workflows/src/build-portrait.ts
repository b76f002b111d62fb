// buildPortrait: runs the portrait graph, as parallel as its edges allow. A stage that fails permanently is parked;
// independent stages continue. The portrait is recorded as soon as its parts exist; the evaluation follows.
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
import { bookkeeping, EventPublisher } from './event-publisher.js';

type Outputs = Record<string, ArtifactRecord[string]>;

export async function buildPortrait(input: BuildPortraitInput): Promise<WorkState> {
  const { tenant, person, seed, timing, preset, video, consent } = input;
  const publisher = new EventPublisher({ tenant, person });
  const runs = new NodeRuns(
    { person, graph: 'portrait', seed, timing, onFailure: 'park' },
    {
      done: ({ stage, attempt, outcome }) =>
        publisher.publish('stage.done', {
          stage,
          attempt,
          coreSeconds: (outcome?.cached ? 0 : (outcome?.cpuMs ?? 0)) / 1000,
        }),
      failed: ({ stage, attempt, error }) =>
        publisher.publish('stage.failed', { stage, attempt, ...(error ? { error } : {}) }),
    },
  );
  answerControls(runs, () => publisher.publish('person.training'));
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
    // Marks the rejection as handled until the promise is awaited below.
    result.catch(() => undefined);
    results.set(node, result);
  }

  try {
    publisher.publish('person.training');
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
    publisher.publish('person.ready');
    await Promise.all(results.values());
    runs.end('done');
    await publisher.flush();
    return runs.state();
  } catch (error) {
    runs.end(isCancellation(error) ? 'cancelled' : 'failed');
    publisher.publish(isCancellation(error) ? 'person.cancelled' : 'person.failed');
    await publisher.flush();
    throw error;
  }
}
