// What every stage owes whoever runs it, asked of every registered stage with the artifacts the stages before it made.
import { STAGE_REGISTRY } from '@portrait/stage-registry';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PORTRAIT_GRAPH,
  RENDER_GRAPH,
  STAGES,
  STAGE_NAMES,
  type ArtifactRef,
  type GraphNode,
  type InputSpec,
  type StageName,
  parseParams,
} from '@portrait/contracts';
import {
  keyParts,
  openTestScope,
  recordNames,
  runKey,
  runStageForTest,
  type AnyStage,
  type StageEvent,
  type StageResult,
} from '@portrait/stage-kit';
import { describeWithData, makeTestClip, sharedData, storeForTests } from '@portrait/testing';
import { CASES, FRAMES, SIZE } from './cases.js';

const VIDEO = 'video/cnn2_25fps.mp4';
const JOIN: GraphNode = {
  stage: 'join',
  inputs: { 'parts.0': { node: 'render', output: 'video' }, speech: { external: 'speech' } },
};
/**
 * The stages of the portrait in order, then a render of the clip's own speech in one part, and its comparison.
 */
const NODES: Readonly<Record<string, GraphNode>> = {
  ...PORTRAIT_GRAPH,
  render: RENDER_GRAPH['render']!,
  join: JOIN,
  compare: RENDER_GRAPH['compare']!,
};

jest.setTimeout(300_000);

describe('registered means tested', () => {
  it('has a case and a node for every stage', () => {
    expect(Object.keys(CASES).sort()).toEqual([...STAGE_NAMES].sort());
    expect(
      Object.values(NODES)
        .map((node) => node.stage)
        .sort(),
    ).toEqual([...STAGE_NAMES].sort());
  });

  it('has every stage in the registry under its name, with a version and parameters that have defaults', async () => {
    const registry = STAGE_REGISTRY;
    for (const name of STAGE_NAMES) {
      const stage = registry[name];
      expect(stage.name).toBe(name);
      expect(Number.isInteger(stage.version)).toBe(true);
      expect(parseParams(stage, {}).mistakes).toEqual([]);
      expect(parseParams(stage, { surelyNoParameter: 1 }).mistakes.join()).toContain('surelyNoParameter');
    }
  });
});

describeWithData('the contract of stages', [VIDEO], () => {
  let registry: Record<StageName, AnyStage>;
  const place = storeForTests(openTestScope);
  const made = new Map<string, ArtifactRef>();

  beforeAll(async () => {
    registry = STAGE_REGISTRY;
    // The stages after ingest work on a small clip, so that every one of them can run several times here.
    made.set(
      'ingest.clip',
      await makeTestClip(place.scope, sharedData(VIDEO), { frames: FRAMES, start: 10, size: SIZE }),
    );
    made.set('video', await place.scope.importFile('source-video', 'source', await shortVideo(place.path)));
  });

  const inputsOf = (stage: StageName): Record<string, ArtifactRef> => {
    const specs: Record<string, InputSpec> = STAGES[stage].inputs;
    const inputs: Record<string, ArtifactRef> = {};
    for (const [role, source] of Object.entries(NODES[stage]!.inputs)) {
      const ref =
        'node' in source
          ? made.get(`${source.node}.${source.output}`)
          : (made.get(source.external) ?? externalOfRender(source.external));
      if (ref) inputs[role] = ref;
      else if (!specs[role]?.optional) throw new Error(`${stage} needs ${role}, which no stage before it made`);
    }
    return inputs;
  };
  const externalOfRender = (role: string): ArtifactRef | undefined =>
    ({
      head: made.get('lips-finetuning.head'),
      torso: made.get('torso-training.torso'),
      poses: made.get('face-tracking.poses'),
      landmarks: made.get('landmarks.landmarks'),
      background: made.get('semantic-parsing.background'),
      clip: made.get('ingest.clip'),
      speech: made.get('ingest.clip'),
    })[role];

  describe.each(Object.keys(NODES) as StageName[])('%s', (name) => {
    const { params, bad } = CASES[name];
    let first: StageResult;
    const seen: StageEvent[] = [];

    it('runs, grows in progress to its total and leaves a picture', async () => {
      first = await runStageForTest(registry[name], place.scope, inputsOf(name), {
        params,
        onEvent: (event) => seen.push(event),
      });
      for (const [output, ref] of Object.entries(first.outputs))
        if (name !== 'ingest') made.set(`${name}.${output}`, ref);
      expectGrowing(seen);
      expect(first.report.preview).toBeDefined();
      for (const file of Object.keys(first.report.preview!.files))
        expect((await stat(await place.scope.path(first.report.preview!, file))).size).toBeGreaterThan(100);
    });

    it('has one key for the same inputs, parameters and seed, and another for others', () => {
      const inputs = inputsOf(name);
      const filled = parseParams(registry[name], params).params;
      const key = (seed: number, parameters: unknown = filled): string =>
        runKey(keyParts(registry[name], parameters, inputs, seed));
      expect(key(1)).toBe(first.key);
      expect(runKey(keyParts(registry[name], filled, Object.fromEntries(Object.entries(inputs).reverse()), 1))).toBe(
        first.key,
      );
      expect(parseParams(registry[name], filled).params).toEqual(filled);
      expect(key(2)).not.toBe(first.key);
    });

    it('does nothing the second time', async () => {
      const never: AnyStage = {
        ...registry[name],
        run: () => {
          throw new Error('ran again');
        },
      };
      const second = await runStageForTest(never, place.scope, inputsOf(name), { params });
      expect(second.cached).toBe(true);
      expect(second.outputs).toEqual(first.outputs);
    });

    it('stops on request as CANCELLED, leaves nothing half-written, and ends with the same result next', async () => {
      await place.scope.records.delete(recordNames.report(first.key));
      const stop = new AbortController();
      const interrupted = runStageForTest(registry[name], place.scope, inputsOf(name), {
        params,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'progress' && event.progress.done >= event.progress.total / 2) stop.abort();
        },
      });
      await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await place.scope.records.get(recordNames.report(first.key))).toBeNull();
      await expectWholeStore(place.file('store'));
      const checkpoint = await place.scope.records.get(recordNames.checkpoint(first.key));
      const events: StageEvent[] = [];
      const again = await runStageForTest(registry[name], place.scope, inputsOf(name), {
        params,
        onEvent: (event) => events.push(event),
      });
      expect(again.cached).toBe(false);
      expect(again.report.resumed).toBe(checkpoint !== null);
      expect(again.outputs).toEqual(first.outputs);
      expectGrowing(events);
      expect(await place.scope.records.get(recordNames.checkpoint(first.key))).toBeNull();
    });

    it(`refuses ${bad.what} as ${bad.code}`, async () => {
      const inputs = await bad.change(place.scope, inputsOf(name), place.path);
      await expect(runStageForTest(registry[name], place.scope, inputs, { params })).rejects.toMatchObject({
        code: bad.code,
      });
      await expectWholeStore(place.file('store'));
    });
  });
});

function expectGrowing(events: StageEvent[]): void {
  const steps = events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
  expect(steps.length).toBeGreaterThan(1);
  const { total } = steps.at(-1)!;
  for (let i = 1; i < steps.length; i++)
    if (steps[i]!.total === steps[i - 1]!.total) expect(steps[i]!.done).toBeGreaterThanOrEqual(steps[i - 1]!.done);
  expect(steps.at(-1)!.done).toBe(total);
}

/** No draft or scratch folder is left, and every artifact that can be seen has all its bytes. */
async function expectWholeStore(store: string): Promise<void> {
  const root = join(store, 'people', 'test');
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
  for (const manifest of await readdir(join(root, 'artifacts'))) {
    const ref = JSON.parse(await readFile(join(root, 'artifacts', manifest), 'utf8')) as ArtifactRef;
    for (const file of Object.values(ref.files))
      expect((await stat(join(root, 'blobs', file.sha256.slice(0, 2), file.sha256))).size).toBe(file.bytes);
  }
}

/** The first seconds of the shared video, copied without encoding it again. */
async function shortVideo(directory: string): Promise<string> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const path = join(directory, 'short.mp4');
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', '-i', sharedData(VIDEO), '-t', '7', '-c', 'copy', path]);
  return path;
}
