// Test support: the API over real HTTP, with its own database, an in-memory store and a scripted engine.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { PortraitError, type Logger } from '@portrait/contracts';
import type { Scope } from '@portrait/contracts/api';
import { fixtureRegistry } from '@portrait/stage-kit';
import request, { type Test } from 'supertest';
import { peopleBookkeeping, type PeopleBookkeeping } from '../bookkeeping/index.js';
import { createApi } from '../create-api.js';
import type { Database } from '../database/open-database.js';
import { EventFeed } from '../events/event-feed.js';
import type { GuardOptions } from '../fetch-url/index.js';
import { Intake } from '../intake/intake.js';
import { KeysService } from '../keys/keys.service.js';
import { DEFAULT_OPTIONS, type ApiOptions, type MediaFetcher } from '../tokens.js';
import { DeliveriesService } from '../webhooks/deliveries.service.js';
import { openMemoryRemoteStore, type MemoryRemoteStore } from './memory-remote-store.js';
import { ScriptedEngine } from './scripted-engine.js';
import { openTestDatabase } from './test-database.js';

export const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(28, 7)]);
export const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');

export class TestApi {
  database!: Database;
  store!: MemoryRemoteStore;
  readonly engine = new ScriptedEngine();
  app!: NestExpressApplication;
  bookkeeping!: PeopleBookkeeping;
  readonly logged: string[] = [];

  constructor(
    private readonly options: Partial<ApiOptions> = {},
    private readonly fetcher: MediaFetcher | null = null,
    private readonly guard: GuardOptions = {},
  ) {}

  async open(): Promise<void> {
    this.database = await openTestDatabase();
    this.store = await openMemoryRemoteStore();
    const say = (message: string, fields?: object): void =>
      void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
    const log: Logger = { debug: () => undefined, info: say, warn: say };
    this.app = await createApi({
      database: this.database,
      engine: this.engine,
      store: this.store,
      eraser: this.store,
      log,
      fetcher: this.fetcher,
      guard: this.guard,
      registry: () => Promise.resolve(fixtureRegistry()),
      firstBytes: async ({ person, ref, name }, bytes) =>
        (await readFile(await (await this.store.scope(person)).path(ref, name))).subarray(0, bytes),
      checks: {
        database: () => this.database.ping().then(() => null),
        temporal: () => this.engine.ping().then(() => null),
        store: () => Promise.resolve(this.store.unreachable ? 'no answer' : null),
      },
      options: {
        ...DEFAULT_OPTIONS,
        refreshMs: 0,
        intakeMs: 3_600_000,
        deliverMs: 3_600_000,
        ratePerMinute: 1e6,
        ...this.options,
      },
    });
    await this.app.init();
    this.bookkeeping = peopleBookkeeping(
      { database: this.database, store: this.store, eraser: this.store, engine: this.engine, log },
      () => {
        this.app.get(EventFeed).notify();
        this.app.get(DeliveriesService).wake();
      },
    );
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database[Symbol.asyncDispose]();
  }

  key(
    tenant = 'studio',
    scopes: readonly Scope[] = ['admin'],
    more: { expiresAt?: string; ratePerMinute?: number } = {},
  ): Promise<string> {
    return this.app
      .get(KeysService)
      .createFor(tenant, { name: 'of a spec', scopes, ...more })
      .then(({ key }) => key);
  }

  /** Resolves when accepted work has been started. */
  async settled(): Promise<void> {
    await this.app.get(Intake).idle();
  }

  as(key: string): Caller {
    const http = this.app.getHttpServer() as Parameters<typeof request>[0];
    const send =
      (verb: 'get' | 'post' | 'patch' | 'delete') =>
      (path: string, body?: object): Test => {
        const test = request(http)[verb](path).set('Authorization', `Bearer ${key}`);
        return body === undefined ? test : test.send(body);
      };
    return { get: send('get'), post: send('post'), patch: send('patch'), delete: send('delete') };
  }
}

export interface Caller {
  get(path: string): Test;
  post(path: string, body?: object): Test;
  patch(path: string, body?: object): Test;
  delete(path: string): Test;
}

/** Opens one API for all tests of the enclosing block. */
export function useTestApi(
  options: Partial<ApiOptions> = {},
  fetcher: MediaFetcher | null = null,
  guard: GuardOptions = {},
): TestApi {
  const api = new TestApi(options, fetcher, guard);
  beforeAll(() => api.open());
  afterAll(() => api.close());
  return api;
}

export const CONSENT = {
  grantedBy: 'Anna Example',
  subject: 'Anna Example',
  date: '2026-01-31',
  purpose: 'Product course',
};

export async function createConsent(caller: Caller): Promise<string> {
  return ((await caller.post('/v1/consents', CONSENT).expect(201)).body as { id: string }).id;
}

/** Creates and completes an upload. */
export async function createUpload(api: TestApi, caller: Caller, bytes: Buffer, request_: object): Promise<string> {
  const { body } = (await caller.post('/v1/uploads', { bytes: bytes.length, ...request_ }).expect(201)) as {
    body: { id: string; partBytes: number; parts: { number: number; url: string }[] };
  };
  for (const { number, url } of body.parts)
    api.store.putPart(url, bytes.subarray((number - 1) * body.partBytes, number * body.partBytes));
  await caller.post(`/v1/uploads/${body.id}:complete`).expect(200);
  return body.id;
}

/** Creates a person and waits for the start of the training. */
export async function createPerson(api: TestApi, caller: Caller, more: object = {}): Promise<string> {
  const uploadId = await createUpload(api, caller, MP4, { kind: 'video', contentType: 'video/mp4' });
  const { body } = await caller
    .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId }, ...more })
    .expect(202);
  await api.settled();
  const { id } = body as { id: string };
  if (api.engine.portrait(id) === undefined)
    throw new PortraitError('INTERNAL', `The training of ${id} was not started: ${api.logged.join('\n')}`);
  return id;
}
