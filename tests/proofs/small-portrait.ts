// A portrait small enough to train in a minute, for comparing bytes and times. Runs once embedded, as the
// reference, and any number of times through the API.
import { STAGE_REGISTRY } from '@portrait/stage-registry';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, uploadFile, type ApiClient, type components } from '@portrait/api-client';
import { openFileStore, sha256 } from '@portrait/artifact-store';
import { graphParams, resolvePreset } from '@portrait/catalog';
import { PORTRAIT_GRAPH, RENDER_GRAPH, toPortraitError, type ArtifactRef, type StageName } from '@portrait/contracts';
import { runGraph, silentLog, type GraphResult, writePortrait } from '@portrait/stage-kit';

export interface Footage {
  /** A person speaking, at least 12 s. */
  video: string;
  /** Any speech, WAV. */
  speech: string;
}

export const THREADS = 2;
export const PARAMS: Partial<Record<StageName, Record<string, unknown>>> = {
  ingest: { size: 96, startSeconds: 8, durationSeconds: 4 },
  'head-training': {
    steps: 300,
    checkpointSteps: 50,
    evaluations: 1,
    evaluationFrames: 8,
    gate: 'warning',
    optim: { raysPerStep: 512 },
  },
  'lips-finetuning': { steps: 10, evaluationFrames: 8, patchSize: 32, gate: 'warning', optim: { raysPerStep: 256 } },
  'torso-training': { steps: 30, raysPerStep: 512 },
};
const RENDER = { render: { segmentFrames: 25, durationSeconds: 4 } };
const PRESET = 'preview';
/** Name of the person in the embedded store. */
export const EMBEDDED = 'small';
const CONSENT = { grantedBy: 'Test', subject: 'Test', date: '2026-01-01', purpose: 'test of this software' };

type Person = components['schemas']['Person'];
type Video = components['schemas']['Video'];

/** Stage → output → digest. */
export type Digests = Record<string, Record<string, string>>;
export interface Made {
  digests: Digests;
  /** sha256 of the file of the video. */
  video: string;
}

/** What the embedded runner makes of it. The store `directory` then holds the portrait of `EMBEDDED`. */
export async function makeEmbedded(directory: string, footage: Footage): Promise<Made> {
  const registry = STAGE_REGISTRY;
  const scope = await (await openFileStore(directory)).scope(EMBEDDED);
  const base = { registry, scope, seed: 1, threads: THREADS, signal: new AbortController().signal, log: silentLog };
  const video = await scope.importFile('source-video', 'source', footage.video);
  const params = graphParams(PORTRAIT_GRAPH, registry, resolvePreset(PRESET), assignments(PARAMS));
  const trained = await runGraph({
    ...base,
    name: 'portrait',
    graph: PORTRAIT_GRAPH,
    external: { video },
    params,
    until: 'torso-training',
  });
  const draft = await scope.create('consent');
  await draft.writeJson('consent.json', CONSENT);
  const consent = await draft.commit();
  const { parts } = await writePortrait(scope, trained, { preset: PRESET, seed: 1, params, video, consent });
  const speech = await scope.importFile('speech', 'source', footage.speech);
  const rendered = await runGraph({
    ...base,
    name: 'render',
    graph: RENDER_GRAPH,
    external: { ...parts, speech, consent },
    params: graphParams(RENDER_GRAPH, registry, { render: resolvePreset(PRESET).render }, assignments(RENDER)),
    until: 'render',
  });
  return {
    digests: digestsOf(trained),
    video: (rendered['render']!.outputs['video'] as ArtifactRef).files['video.mp4']!.sha256,
  };
}

const assignments = (params: Partial<Record<StageName, Record<string, unknown>>>): string[] =>
  Object.entries(params).flatMap(([stage, own]) =>
    Object.entries(own).map(([name, value]) => `${stage}.${name}=${JSON.stringify(value)}`),
  );

const digestsOf = (results: GraphResult): Digests =>
  Object.fromEntries(
    Object.entries(results).map(([stage, { outputs }]) => [
      stage,
      Object.fromEntries(Object.entries(outputs).map(([role, { digest }]) => [role, digest])),
    ]),
  );

/** What a call needs so that it may be sent again while the API is away. */
const once = () => ({ header: { 'Idempotency-Key': randomUUID() } });

/** Asks again for as long as something is away that comes back by itself. */
export async function patient<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!toPortraitError(error).class.retryable) throw error;
      await sleep(200);
    }
  }
}

export async function upload(
  client: ApiClient,
  file: string,
  request: { kind: 'video' | 'audio'; contentType: string; personId?: string },
): Promise<string> {
  const bytes = await readFile(file);
  const { id } = await patient(() =>
    uploadFile(
      client,
      { size: bytes.length, slice: (start, end) => Promise.resolve(new Uint8Array(bytes.subarray(start, end))) },
      request,
    ),
  );
  return id;
}

export type Watch = (stages: Person['stages']) => Promise<void> | void;

/** Ends when the person is ready, or will not be without somebody's decision. */
export async function trainThroughApi(
  client: ApiClient,
  footage: Footage,
  watch: Watch = () => undefined,
): Promise<Person> {
  const video = await upload(client, footage.video, { kind: 'video', contentType: 'video/mp4' });
  const consent = once();
  const { id: consentId } = await patient(() =>
    answer(client.POST('/v1/consents', { params: consent, body: CONSENT })),
  );
  const person = once();
  const { id } = await patient(() =>
    answer(
      client.POST('/v1/people', {
        params: person,
        body: {
          name: 'Anna Beispiel',
          consentId,
          video: { uploadId: video },
          preset: PRESET,
          params: PARAMS,
          evaluate: false,
        },
      }),
    ),
  );
  return follow(() => answer(client.GET('/v1/people/{id}', { params: { path: { id } } })), watch);
}

/** Ends when the video is ready, or will not be without somebody's decision. */
export async function renderThroughApi(
  client: ApiClient,
  personId: string,
  footage: Footage,
  watch: Watch = () => undefined,
): Promise<Video> {
  const audio = await upload(client, footage.speech, { kind: 'audio', contentType: 'audio/wav', personId });
  const request = once();
  const { id } = await patient(() =>
    answer(
      client.POST('/v1/videos', {
        params: request,
        body: { personId, audio: { uploadId: audio }, params: RENDER, shards: 2 },
      }),
    ),
  );
  return follow(() => answer(client.GET('/v1/videos/{id}', { params: { path: { id } } })), watch);
}

/** sha256 of the bytes behind the link. */
export async function fetchVideo(client: ApiClient, id: string): Promise<string> {
  return patient(async () => {
    const { files } = await answer(client.GET('/v1/videos/{id}', { params: { path: { id } } }));
    const { link } = files.find(({ name }) => name === 'video.mp4')!;
    return sha256(new Uint8Array(await (await fetch(link!.url)).arrayBuffer()));
  });
}

async function follow<T extends Person | Video>(look: () => Promise<T>, watch: Watch): Promise<T> {
  for (;;) {
    const view = await patient(look);
    await watch(view.stages);
    const underWay = view.stages.some(({ status }) => status === 'running');
    if (['ready', 'parked', 'failed', 'cancelled'].includes(view.status) && !underWay) return view;
    await sleep(300);
  }
}

/** Stage → output → digest, of what a person or video shows. */
export const shownDigests = (stages: Person['stages']): Digests =>
  Object.fromEntries(
    stages.map(({ stage, artifacts }) => [
      stage,
      Object.fromEntries(artifacts.map(({ role, digest }) => [role, digest])),
    ]),
  );
