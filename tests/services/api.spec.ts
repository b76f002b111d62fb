// The whole system, every stage a real process doing its real work: a person trained and a video rendered by API calls only, services
// killed in between, the same bytes as the embedded runner makes; and afterwards the person erased.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@portrait/artifact-store';
import { graphParams, loadRegistry } from '@portrait/catalog';
import { startSystem, type LocalSystem } from '@portrait/cli';
import { readServiceSettings } from '@portrait/config';
import { PORTRAIT_GRAPH, PORTRAIT_PARTS, RENDER_GRAPH, type ArtifactRef, type StageName } from '@portrait/contracts';
import { locateServers } from '@portrait/local-servers';
import { resolvePreset } from '@portrait/nerf';
import { connectClient, openServiceStore } from '@portrait/service-kit';
import { openTestScope, runGraph, silentLog, type GraphResult } from '@portrait/stage-kit';
import { describeWithData, sharedData, temporaryDirectory } from '@portrait/testing';

jest.setTimeout(1_500_000);

const VIDEO = 'video/cnn2_25fps.mp4';
const SPEECH = 'audio/jfk.wav';
const THREADS = 2;
const PARAMS: Partial<Record<StageName, Record<string, unknown>>> = {
  ingest: { size: 96, startSeconds: 8, durationSeconds: 4 },
  'head-training': { steps: 300, checkpointSteps: 50, evaluations: 1, evaluationFrames: 8, gate: 'warning', optim: { raysPerStep: 512 } },
  'lips-finetuning': { steps: 10, evaluationFrames: 8, patchSize: 32, gate: 'warning', optim: { raysPerStep: 256 } },
  'torso-training': { steps: 30, raysPerStep: 512 },
};
const RENDER = { render: { segmentFrames: 25, durationSeconds: 4 } };

const { temporal, minio, reasons } = await locateServers();
const missing = temporal === null || minio === null ? Object.values(reasons).join(' ') : null;

interface Stage {
  stage: string;
  status: string;
  progress: number | null;
  artifacts: { role: string; digest: string }[];
}
interface View {
  id: string;
  status: string;
  stages: Stage[];
  error: unknown;
  files: { name: string; link: { url: string } }[];
}

/** With the servers and the footage, or skipped with what is missing. */
const describeSystem: typeof describeWithData = (title, files, body) => (missing === null ? describeWithData(title, files, body) : describe.skip(`${title} (not supported, because ${missing})`, body));

describeSystem('the system through its API', [VIDEO, SPEECH], () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let system: LocalSystem;
  let key: string;
  let person: string;
  let embedded: GraphResult;
  let embeddedVideo: GraphResult;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    const registry = await loadRegistry();
    const scope = await openTestScope(join(folder.path, 'embedded'));
    const base = { registry, scope, seed: 1, threads: THREADS, signal: new AbortController().signal, log: silentLog };
    const changes = Object.entries(PARAMS).flatMap(([stage, params]) => Object.entries(params).map(([name, value]) => `${stage}.${name}=${JSON.stringify(value)}`));
    const video = await scope.importFile('source-video', 'source', sharedData(VIDEO));
    embedded = await runGraph({ ...base, name: 'portrait', graph: PORTRAIT_GRAPH, external: { video }, params: graphParams(PORTRAIT_GRAPH, registry, resolvePreset('preview'), changes), until: 'torso-training' });
    const parts = Object.fromEntries(Object.entries(PORTRAIT_PARTS).map(([role, source]) => [role, 'node' in source ? embedded[source.node]!.outputs[source.output]! : video]));
    const draft = await scope.create('consent');
    await draft.writeJson('consent.json', CONSENT);
    const speech = await scope.importFile('speech', 'source', sharedData(SPEECH));
    embeddedVideo = await runGraph({ ...base, name: 'render', graph: RENDER_GRAPH, external: { ...parts, speech, consent: await draft.commit() }, params: graphParams(RENDER_GRAPH, registry, { render: resolvePreset('preview').render }, ['render.segmentFrames=25', 'render.durationSeconds=4']) });

    system = await startSystem({ directory: join(folder.path, 'system'), apiPort: await freePort(), log: silentLog, env: { PORTRAIT_THREADS: String(THREADS), PORTRAIT_HEARTBEAT_SECONDS: '10' } });
    key = (await readFile(join(folder.path, 'system', 'admin-key'), 'utf8')).trim();
  });
  afterAll(async () => {
    await system?.stop();
    await folder[Symbol.asyncDispose]();
  });

  async function call<T>(method: string, path: string, body?: unknown, auth = key): Promise<{ status: number; body: T }> {
    for (;;) {
      try {
        const answer = await fetch(`${system.apiUrl}/v1${path}`, { method, headers: { authorization: `Bearer ${auth}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
        return { status: answer.status, body: (await answer.json().catch(() => null)) as T };
      } catch (error) {
        // The API was killed by the spec and is coming back.
        if ((error as Error).name !== 'TypeError') throw error;
        await sleep(200);
      }
    }
  }
  /** Asks again while what the API needs is away. */
  async function read(path: string): Promise<View> {
    for (;;) {
      const { status, body } = await call<View>('GET', path);
      if (status === 200) return body;
      expect(status).toBe(503);
      await sleep(200);
    }
  }
  const serviceOf = (name: string): { kill(): void } => system.services.find((service) => service.name === name)!;

  async function upload(file: string, kind: string, contentType: string, personId?: string): Promise<string> {
    const bytes = await readFile(file);
    const { body } = await call<{ id: string; partBytes: number; parts: { number: number; url: string }[] }>('POST', '/uploads', { bytes: bytes.length, contentType, kind, ...(personId === undefined ? {} : { personId }) });
    for (const { number, url } of body.parts) expect((await fetch(url, { method: 'PUT', body: bytes.subarray((number - 1) * body.partBytes, number * body.partBytes) })).status).toBe(200);
    expect((await call('POST', `/uploads/${body.id}:complete`)).status).toBe(200);
    return body.id;
  }

  it('trains a person, with servers and services killed on the way, to the bytes of the embedded run', async () => {
    const consent = await call<{ id: string }>('POST', '/consents', CONSENT);
    expect(consent.status).toBe(201);
    const accepted = await call<View>('POST', '/people', { name: 'Anna Beispiel', consentId: consent.body.id, video: { uploadId: await upload(sharedData(VIDEO), 'video', 'video/mp4') }, preset: 'preview', params: PARAMS, evaluate: false });
    expect(accepted.status).toBe(202);
    person = accepted.body.id;

    const kills: [string, number, () => Promise<void> | void][] = [
      ['semantic-parsing', 0, () => system.temporal.server.kill()],
      ['neck-inpainting', 0, () => system.minio.server.kill()],
      ['head-training', 0.3, () => ['head-training', 'orchestrator', 'api'].forEach((name) => serviceOf(name).kill())],
    ];
    const killed: string[] = [];
    let view: View;
    do {
      await sleep(300);
      view = await read(`/people/${person}`);
      for (const [name, progress, kill] of kills) {
        const found = view.stages.find(({ stage }) => stage === name)!;
        if (killed.includes(name) || found.status !== 'running' || (found.progress ?? 0) < progress) continue;
        killed.push(name);
        await kill();
      }
    } while (!['ready', 'parked', 'failed'].includes(view.status) || view.stages.some(({ status }) => status === 'running'));
    expect(view.error).toBeNull();
    expect(view.status).toBe('ready');
    expect(killed).toEqual(kills.map(([name]) => name));
    for (const { stage, artifacts } of view.stages) expect([stage, digestsOf(artifacts)]).toEqual([stage, digestsOf(Object.entries(embedded[stage]!.outputs).map(([role, { digest }]) => ({ role, digest })))]);
  });

  it('renders a video in two parts to the bytes of the embedded render, and gives it by a link', async () => {
    const accepted = await call<View>('POST', '/videos', { personId: person, audio: { uploadId: await upload(sharedData(SPEECH), 'audio', 'audio/wav', person) }, params: RENDER, shards: 2 });
    expect(accepted.status).toBe(202);
    let view: View;
    do {
      await sleep(300);
      view = await read(`/videos/${accepted.body.id}`);
    } while (!['ready', 'parked', 'failed'].includes(view.status));
    expect([view.status, view.error]).toEqual(['ready', null]);
    const file = view.files.find(({ name }) => name === 'video.mp4')!;
    const bytes = new Uint8Array(await (await fetch(file.link.url)).arrayBuffer());
    expect(sha256(bytes)).toBe((embeddedVideo['render']!.outputs['video'] as ArtifactRef).files['video.mp4']!.sha256);
  });

  it('shows nothing to a stranger', async () => {
    expect((await call('GET', `/people/${person}`, undefined, 'pk_wrong')).status).toBe(401);
    expect((await fetch(`${system.minio.server.endpoint}/portrait/?prefix=people/${person}`)).status).toBe(403);
  });

  it('erases the person: nothing in bucket, database or workflow histories but the proof', async () => {
    expect((await call('DELETE', `/people/${person}`)).status).toBe(202);
    while ((await call('GET', `/people/${person}`)).status !== 404) await sleep(300);
    const settings = readServiceSettings(system.env);
    expect(await (await openServiceStore(settings.objectStore)).people()).not.toContain(person);
    const client = await connectClient(settings.temporal);
    const named: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = JSON.stringify(await client.workflow.getHandle(workflowId, runId).fetchHistory());
      if (workflowId.includes(person) || history.includes(person) || history.includes('Beispiel')) named.push(workflowId);
    }
    await client.connection.close();
    expect(named).toEqual([]);
    const { body } = await call<unknown>('GET', '/audit?limit=100');
    expect(JSON.stringify(body)).not.toContain(person);
    expect(JSON.stringify((await call('GET', '/people')).body)).not.toContain(person);
  });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

const CONSENT = { grantedBy: 'Test', subject: 'Test', date: '2026-01-01', purpose: 'test of this software' };
const digestsOf = (artifacts: { role: string; digest: string }[]): Record<string, string> => Object.fromEntries(artifacts.map(({ role, digest }) => [role, digest]));
