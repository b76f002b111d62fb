// The whole system with every stage as a real process: trains a person and renders a video through the API while
// services are killed, compares the bytes with the embedded runner, then erases the person.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, openClient } from '@portrait/api-client';
import { locateServers } from '@portrait/local-servers';
import { describeWithData, sharedData, temporaryDirectory } from '@portrait/testing';
import { examineStore, readLedger } from '../proofs/examine.js';
import type { Kill } from '../proofs/killer.js';
import { runNight } from '../proofs/night.js';
import { searchDatabase, searchFiles, searchHistories } from '../proofs/search.js';
import {
  fetchVideo,
  makeEmbedded,
  patient,
  renderThroughApi,
  shownDigests,
  THREADS,
  trainThroughApi,
  type Made,
} from '../proofs/small-portrait.js';
import { startTrial, type Trial } from '../proofs/trial.js';

jest.setTimeout(1_500_000);

const VIDEO = 'video/cnn2_25fps.mp4';
const SPEECH = 'audio/jfk.wav';
const FOOTAGE = { video: sharedData(VIDEO), speech: sharedData(SPEECH) };

const { temporal, minio, reasons } = await locateServers();
const missing = temporal === null || minio === null ? Object.values(reasons).join(' ') : null;

/** With the servers and the footage, or skipped with what is missing. */
const describeSystem: typeof describeWithData = (title, files, body) =>
  missing === null
    ? describeWithData(title, files, body)
    : describe.skip(`${title} (not supported, because ${missing})`, body);

describeSystem('the system through its API', [VIDEO, SPEECH], () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let truth: Made;
  let trial: Trial;
  let person: string;
  const kills: Kill[] = [];

  beforeAll(async () => {
    folder = await temporaryDirectory();
    truth = await makeEmbedded(join(folder.path, 'embedded'), FOOTAGE);
    trial = await startTrial(join(folder.path, 'system'), {
      env: { PORTRAIT_THREADS: String(THREADS), PORTRAIT_HEARTBEAT_SECONDS: '10' },
    });
  });
  afterAll(async () => {
    await trial?.system.stop();
    await folder[Symbol.asyncDispose]();
  });

  it('trains a person, with servers and services killed on the way, to the bytes of the embedded run', async () => {
    const { temporal, minio, services } = trial.system;
    const service = (name: string) => (): void => services.find((one) => one.name === name)!.kill();
    const plan: { victim: string; during: string; after: number; kill(): Promise<void> | void }[] = [
      { victim: 'temporal', during: 'semantic-parsing', after: 0, kill: () => temporal.server.kill() },
      { victim: 'minio', during: 'neck-inpainting', after: 0, kill: () => minio.server.kill() },
      { victim: 'head-training', during: 'head-training', after: 0.3, kill: service('head-training') },
      { victim: 'orchestrator', during: 'head-training', after: 0.3, kill: service('orchestrator') },
      { victim: 'api', during: 'head-training', after: 0.3, kill: service('api') },
    ];
    const view = await trainThroughApi(trial.client, FOOTAGE, async (stages) => {
      for (const { victim, during, after, kill } of plan) {
        const { status, progress } = stages.find(({ stage }) => stage === during)!;
        if (kills.some((one) => one.victim === victim) || status !== 'running' || (progress ?? 0) < after) continue;
        kills.push({ victim, at: Date.now(), progress });
        await kill();
      }
    });
    expect([view.status, view.error]).toEqual(['ready', null]);
    expect(kills.map(({ victim }) => victim).sort()).toEqual(plan.map(({ victim }) => victim).sort());
    person = view.id;
    expect(shownDigests(view.stages)).toEqual(truth.digests);
  });

  it('renders a video in two parts to the bytes of the embedded render, and gives it by a link', async () => {
    const view = await renderThroughApi(trial.client, person, FOOTAGE);
    expect([view.status, view.error]).toEqual(['ready', null]);
    expect(await fetchVideo(trial.client, view.id)).toBe(truth.video);
  });

  it('shows nothing half and has computed nothing twice beyond a checkpoint', async () => {
    const { files, faults } = await examineStore(trial.system.env, join(folder.path, 'examined'));
    expect(faults).toEqual([]);
    expect(files).toBeGreaterThan(20);
    const ledger = await readLedger(trial.directory);
    expect(ledger.faults).toEqual([]);
    expect(ledger.computed).toBeGreaterThanOrEqual(Object.keys(truth.digests).length);
    expect(ledger.resumed).toBeGreaterThan(0);
  });

  it('renders a batch with poisoned items while a worker dies: the good once, the others with reasons', async () => {
    const night = await runNight({
      trial,
      personId: person,
      speech: FOOTAGE.speech,
      items: 8,
      poisonEvery: 4,
      concurrency: 2,
      seconds: 1,
      kill: 'render',
      closeAfter: null,
      say: () => undefined,
    });
    expect(night.faults).toEqual([]);
    expect(night).toMatchObject({ status: 'done', counts: { total: 8, done: 6, failed: 2 } });
  });

  it('shows nothing to a stranger', async () => {
    const stranger = openClient({ url: trial.system.apiUrl, key: 'pk_wrong' });
    await expect(answer(stranger.GET('/v1/people/{id}', { params: { path: { id: person } } }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect((await fetch(`${trial.system.minio.server.endpoint}/portrait/?prefix=people/${person}`)).status).toBe(403);
  });

  it('erases the person: nothing in bucket, database or workflow histories but the proof', async () => {
    const { client, system } = trial;
    const path = { params: { path: { id: person } } };
    // The search finds what is there.
    expect(await searchHistories(system.env, [person])).not.toEqual([]);
    await answer(client.DELETE('/v1/people/{id}', path));
    const gone = (): Promise<boolean> =>
      patient(() => answer(client.GET('/v1/people/{id}', path))).then(
        () => false,
        (error: { code: string }) => error.code === 'NOT_FOUND',
      );
    while (!(await gone())) await sleep(300);
    const words = [
      person,
      'Beispiel',
      truth.video,
      ...Object.values(truth.digests).flatMap((outputs) => Object.values(outputs)),
    ];
    expect(await searchHistories(system.env, words)).toEqual([]);
    await system.stop();
    expect(await searchDatabase(join(trial.directory, 'database'), words)).toEqual([]);
    expect(await searchFiles(join(trial.directory, 'minio', 'data', 'portrait'), words)).toEqual([]);
    expect(await searchFiles(join(trial.directory, 'artifact-cache'), words)).toEqual([]);
  });
});
