// buildPortrait and its services on real servers, with stages that do no work: order, cache, parking, retry,
// crashes, drain.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PORTRAIT_GRAPH,
  RETRY_STAGE_UPDATE,
  SKIP_STAGE_UPDATE,
  STATE_QUERY,
  WORKFLOW_QUEUE,
  WORKFLOWS,
  type ArtifactRef,
  type BuildPortraitInput,
  type StageName,
  type WorkState,
} from '@portrait/contracts';
import { fixtureRegistry, openTestScope, runGraph, silentLog } from '@portrait/stage-kit';
import { temporaryDirectory } from '@portrait/testing';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { failureOf } from '@portrait/workflows/failures';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trouble } from './fixture-services.js';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

const DAY_MS = 86_400_000;

type Troubles = Partial<Record<StageName, Trouble>>;

/** @param seed names the spec in what the fixture services count */
async function inputOf(
  { store }: TestSystem,
  folder: string,
  seed: number,
  troubles: Troubles = {},
): Promise<BuildPortraitInput> {
  const person = `p-${seed}`;
  const scope = await store.scope(person);
  const file = join(folder, 'video');
  await writeFile(file, 'a video');
  const consent = join(folder, 'consent.json');
  await writeFile(consent, '{}');
  return {
    tenant: 't',
    person,
    video: await scope.importFile('source-video', 'source', file),
    consent: await scope.importFile('consent', 'consent.json', consent),
    preset: 'preview',
    params: Object.fromEntries(Object.entries(troubles).map(([stage, trouble]) => [stage, { trouble }])),
    seed,
    evaluate: true,
    timing: { heartbeatSeconds: 5 },
  };
}

const start = ({ client }: TestSystem, input: BuildPortraitInput): Promise<WorkflowHandle> =>
  client.workflow.start(WORKFLOWS.buildPortrait, {
    taskQueue: WORKFLOW_QUEUE,
    workflowId: `portrait/${input.person}`,
    args: [input],
  });
const stateOf = (handle: WorkflowHandle): Promise<WorkState> => handle.query<WorkState>(STATE_QUERY);
const statuses = (state: WorkState): Record<string, string> =>
  Object.fromEntries(state.nodes.map(({ node, status }) => [node, status]));

/** Polls until `wanted`; there is no limit of its own, the spec's is. */
async function until(handle: WorkflowHandle, wanted: (state: WorkState) => boolean): Promise<WorkState> {
  for (;;) {
    const state = await stateOf(handle);
    if (wanted(state)) return state;
    await sleep(100);
  }
}

async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
    return failureOf(error);
  }
  throw new Error('was not refused');
}

const title = notSupported === null ? 'buildPortrait' : `buildPortrait (not supported, because ${notSupported})`;
(notSupported === null ? describe : describe.skip)(title, () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let system: TestSystem;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    system = await startTestSystem({ slots: 2 });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const runs = (stage: string, seed: number): Promise<number> => system.count(`${stage}.${seed}.runs`);
  const told = (seed: number): string[] =>
    system.events.filter(({ person, type }) => person === `p-${seed}` && type !== 'stage.done').map(({ type }) => type);

  it('makes what the embedded runner makes, tells it, and does nothing the second time', async () => {
    const input = await inputOf(system, folder.path, 1);
    const state = (await (await start(system, input)).result()) as WorkState;
    expect(new Set(state.nodes.map(({ status }) => status))).toEqual(new Set(['done']));

    const scope = await openTestScope(join(folder.path, 'embedded'));
    const embedded = await runGraph({
      name: 'portrait',
      graph: PORTRAIT_GRAPH,
      registry: fixtureRegistry(),
      scope,
      external: { video: input.video },
      params: {},
      seed: 1,
      threads: 1,
      signal: new AbortController().signal,
      log: silentLog,
    });
    const digests = (outputs: Record<string, ArtifactRef>): string[] =>
      Object.values(outputs).map(({ digest }) => digest);
    for (const { node, outcome } of state.nodes)
      expect([node, digests(outcome!.outputs), outcome!.key]).toEqual([
        node,
        digests(embedded[node]!.outputs),
        embedded[node]!.key,
      ]);

    expect(told(1)).toEqual(['person.training', 'person.ready']);
    expect(
      system.events
        .filter(({ type }) => type === 'stage.done')
        .map(({ stage }) => stage)
        .sort(),
    ).toEqual(Object.keys(PORTRAIT_GRAPH).sort());

    const again = (await (await start(system, input)).result()) as WorkState;
    expect(again.nodes.every(({ outcome }) => outcome?.cached)).toBe(true);
    for (const stage of Object.keys(PORTRAIT_GRAPH)) expect([stage, await runs(stage, 1)]).toEqual([stage, 1]);
  });

  it('parks a failed stage, continues elsewhere, and retries it with other parameters and cached inputs', async () => {
    const handle = await start(
      system,
      await inputOf(system, folder.path, 2, {
        landmarks: { fails: { times: 99, code: 'FACE_NOT_FOUND', message: 'No face in frame 12.' } },
      }),
    );
    const parked = await until(
      handle,
      ({ nodes }) =>
        nodes.some(({ status }) => status === 'parked') &&
        nodes.find(({ node }) => node === 'neck-inpainting')!.status === 'done',
    );
    expect(parked.status).toBe('parked');
    expect(statuses(parked)).toMatchObject({
      ingest: 'done',
      'semantic-parsing': 'done',
      landmarks: 'parked',
      'face-tracking': 'waiting',
      'head-training': 'waiting',
      evaluate: 'waiting',
    });
    expect(parked.nodes.find(({ node }) => node === 'landmarks')!.error).toEqual({
      code: 'FACE_NOT_FOUND',
      message: 'No face in frame 12.',
      hint: 'Change what is wrong and retry.',
      at: { frame: 12, stage: 'landmarks' },
    });

    expect(await refusal(handle.executeUpdate(RETRY_STAGE_UPDATE, { args: [{ stage: 'ingest' }] }))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('ingest is done'),
    });
    expect(await refusal(handle.executeUpdate(RETRY_STAGE_UPDATE, { args: [{ stage: 'landmark' }] }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(handle.executeUpdate(SKIP_STAGE_UPDATE, { args: [{ stage: 'landmarks' }] }))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('cannot be skipped'),
    });

    await handle.executeUpdate(RETRY_STAGE_UPDATE, { args: [{ stage: 'landmarks', params: { steps: 7 } }] });
    const done = (await handle.result()) as WorkState;
    const landmarks = done.nodes.find(({ node }) => node === 'landmarks')!;
    expect([done.status, landmarks.status, landmarks.attempt]).toEqual(['done', 'done', 2]);
    const report = (await (await system.store.scope('p-2')).records.get(`runs/${landmarks.outcome!.key}`)) as {
      params: unknown;
    };
    expect(report.params).toMatchObject({ steps: 7 });
    for (const stage of ['ingest', 'semantic-parsing', 'audio-features', 'neck-inpainting'])
      expect([stage, await runs(stage, 2)]).toEqual([stage, 1]);
    expect(told(2)).toEqual(['person.training', 'stage.failed', 'person.training', 'person.ready']);
  });

  it('leaves out a stage that may be left out: its input stands in for its output', async () => {
    const handle = await start(
      system,
      await inputOf(system, folder.path, 3, {
        'lips-finetuning': { fails: { times: 99, code: 'TRAINING_FAILED', message: 'The mouth does not follow.' } },
      }),
    );
    await until(handle, ({ status }) => status === 'parked');
    let published: ArtifactRef | undefined;
    system.bookkeeping.publishPortrait = ({ parts }) => Promise.resolve(void (published = parts.head));
    await handle.executeUpdate(SKIP_STAGE_UPDATE, { args: [{ stage: 'lips-finetuning' }] });
    const done = (await handle.result()) as WorkState;
    expect(statuses(done)).toMatchObject({ 'lips-finetuning': 'skipped', evaluate: 'done' });
    expect(published).toEqual(done.nodes.find(({ node }) => node === 'head-training')!.outcome!.outputs['head']);
  });

  it('tries a fault again that may pass, and outlives services that are killed', async () => {
    const handle = await start(
      system,
      await inputOf(system, folder.path, 4, {
        ingest: { fails: { times: 2, code: 'STORE_UNWRITABLE', message: 'No space left.' } },
        'semantic-parsing': { crashes: 2 },
        'head-training': { takes: 1500 },
      }),
    );
    await until(handle, ({ nodes }) => nodes.find(({ node }) => node === 'head-training')!.status === 'running');
    for (const service of system.system.services) if (service.name === 'orchestrator') service.kill();
    const done = (await handle.result()) as WorkState;
    expect(done.nodes.map(({ status, attempt }) => [status, attempt])).toEqual(done.nodes.map(() => ['done', 1]));
    expect([await runs('ingest', 4), await system.count('semantic-parsing.4.crashes')]).toEqual([3, 2]);
    expect(told(4)).toEqual(['person.training', 'person.ready']);
  });

  it('is cancelled: what is done stays, nothing else begins', async () => {
    const handle = await start(
      system,
      await inputOf(system, folder.path, 5, { 'semantic-parsing': { takes: DAY_MS } }),
    );
    await until(handle, ({ nodes }) => nodes.find(({ node }) => node === 'face-tracking')!.status === 'done');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    const state = await stateOf(handle);
    expect(state.status).toBe('cancelled');
    expect(statuses(state)).toMatchObject({
      ingest: 'done',
      'face-tracking': 'done',
      'semantic-parsing': 'cancelled',
      'head-training': 'cancelled',
    });
    expect(told(5).at(-1)).toBe('person.cancelled');
  });

  it('hands a job back when its service is asked to end, and another takes it', async () => {
    const handle = await start(system, await inputOf(system, folder.path, 6, { 'torso-training': { takes: 4000 } }));
    while ((await runs('torso-training', 6)) === 0) await sleep(50);
    process.kill(system.system.services.find(({ name }) => name === 'fixture')!.pid!, 'SIGTERM');
    const done = (await handle.result()) as WorkState;
    expect(done.nodes.find(({ node }) => node === 'torso-training')).toMatchObject({ status: 'done', attempt: 1 });
    expect(await runs('torso-training', 6)).toBe(2);
  });
});
