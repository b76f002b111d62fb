// Tests the API with schemathesis, which generates requests from openapi.json: valid ones, invalid ones, and chains
// in which one answer feeds the next request. Every answer must match the description and be no server error. Real
// Temporal and MinIO, stages that do no work. `npm run fuzz` uses more examples.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchBookkeeping,
  createApi,
  DEFAULT_OPTIONS,
  DeliveriesService,
  EventFeed,
  firstBytesOf,
  IN_MEMORY,
  KeysService,
  MediaImporter,
  mediaFetcher,
  openDatabase,
  peopleBookkeeping,
  TemporalEngine,
  type Database,
} from '@portrait/api';
import { answer, openClient, uploadFile } from '@portrait/api-client';
import { fixtureRegistry } from '@portrait/stage-kit';
import { temporaryDirectory } from '@portrait/testing';
import { provide } from '../../infra/validation/tools.mjs';
import { notSupported as noServers, startTestSystem, type TestSystem } from './system.testing.js';

const full = process.env['FUZZ_EXAMPLES'];
/** Requests an operation, beside those that try every bound of its schema. */
const EXAMPLES = Number(full ?? 4);
const CHAINS = 5 * EXAMPLES;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** Far above what the short form takes; the full one takes as long as it takes. */
const TIMEOUT_MS = full === undefined ? 600_000 : 24 * 3_600_000;
jest.setTimeout(TIMEOUT_MS);

/** A stream that does not end, and ending the key that asks. */
const LEFT_OUT = ['streamEvents', 'revokeKey'];
/**
 * Other specs check that valid data is accepted: a schema cannot say that a cursor belongs to another list, or that a
 * time must be in the past.
 */
const UNFIT_CHECKS = ['positive_data_acceptance'];

const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(1000, 7)]);
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');

const { path: schemathesis, reason } =
  noServers === null ? await provide('schemathesis', { make: true }) : { path: null, reason: noServers };

(schemathesis === null ? describe.skip : describe)(
  schemathesis === null ? `the API under a fuzzer (not supported, because ${reason})` : 'the API under a fuzzer',
  () => {
    let system: TestSystem;
    let database: Database;
    let app: Awaited<ReturnType<typeof createApi>>;
    let key: string;
    const faults: string[] = [];

    beforeAll(async () => {
      system = await startTestSystem({ slots: 2 });
      const { store } = system;
      database = await openDatabase(IN_MEMORY);
      const engine = new TemporalEngine(() => Promise.resolve(system.client));
      const log = {
        debug: () => undefined,
        info: () => undefined,
        warn: (message: string, fields?: object) =>
          void (message === 'Request failed' && faults.push(JSON.stringify(fields))),
      };
      // Addresses that a fuzzer makes up belong to somebody: no name leads anywhere here.
      const guard = { resolve: () => Promise.resolve([]) };
      const registry = () => Promise.resolve(fixtureRegistry());
      app = await createApi({
        database,
        engine,
        store,
        eraser: store,
        log,
        guard,
        registry,
        fetcher: mediaFetcher(store, guard),
        checks: {},
        firstBytes: firstBytesOf(store),
        options: { ...DEFAULT_OPTIONS, refreshMs: 100, ratePerMinute: 1e6, heartbeatSeconds: 10 },
      });
      await app.listen(0, '127.0.0.1');
      const people = peopleBookkeeping({ database, store, eraser: store, engine, log }, () => {
        app.get(EventFeed).notify();
        app.get(DeliveriesService).wake();
      });
      Object.assign(
        system.bookkeeping,
        people,
        batchBookkeeping({
          db: database.db,
          store,
          eraser: store,
          registry,
          media: app.get(MediaImporter),
          tell: people.tell,
          log,
          heartbeatSeconds: 10,
        }),
      );
      ({ key } = await app.get(KeysService).createFor('studio', { name: 'of a spec', scopes: ['admin'] }));
    });
    afterAll(async () => {
      await app?.close();
      await system?.[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    });

    /** One of each thing there is, so that a fuzzer finds something: what it names by itself is never there. */
    async function furnish(url: string): Promise<Record<string, string>> {
      const client = openClient({ url, key });
      const upload = async (
        bytes: Buffer,
        request: { kind: 'video' | 'audio'; contentType: string; personId?: string },
      ): Promise<string> =>
        (
          await uploadFile(
            client,
            { size: bytes.length, slice: async (start, end) => new Uint8Array(bytes.subarray(start, end)) },
            request,
          )
        ).id;
      const consent = await answer(
        client.POST('/v1/consents', {
          body: { grantedBy: 'Anna', subject: 'Anna', date: '2026-01-31', purpose: 'Course' },
        }),
      );
      const person = await answer(
        client.POST('/v1/people', {
          body: {
            consentId: consent.id,
            video: { uploadId: await upload(MP4, { kind: 'video', contentType: 'video/mp4' }) },
          },
        }),
      );
      const path = { params: { path: { id: person.id } } };
      while ((await answer(client.GET('/v1/people/{id}', path))).status !== 'ready') await sleep(100);
      const webhook = await answer(client.POST('/v1/webhooks', { body: { url: 'https://hooks.example.org/' } }));
      const audio = await upload(WAV, { kind: 'audio', contentType: 'audio/wav', personId: person.id });
      const video = await answer(
        client.POST('/v1/videos', { body: { personId: person.id, audio: { uploadId: audio } } }),
      );
      const batch = await answer(
        client.POST('/v1/batches', { body: { items: [{ id: 'one', personId: person.id, audio: 'recorded' }] } }),
      );
      while ((await answer(client.GET('/v1/batches/{id}', { params: { path: { id: batch.id } } }))).status !== 'done')
        await sleep(100);
      const {
        data: [delivery],
      } = await answer(client.GET('/v1/deliveries', {}));
      const { stages } = await answer(client.GET('/v1/people/{id}', path));
      return {
        consent: consent.id,
        person: person.id,
        webhook: webhook.id,
        upload: audio,
        video: video.id,
        batch: batch.id,
        item: 'one',
        delivery: delivery!.id,
        stage: 'ingest',
        digest: stages[0]!.artifacts[0]!.digest,
      };
    }

    /** Every second id is of something that is there. */
    function configuration(there: Record<string, string>): string {
      const bind = (entries: Record<string, string>): string =>
        `parameters = { ${Object.entries(entries)
          .map(([place, name]) => `"${place}" = { dictionary = "${name}", probability = 0.5 }`)
          .join(', ')} }`;
      const operations: [string, Record<string, string>][] = [
        ['consents', { 'path.id': 'consent' }],
        ['people', { 'path.id': 'person', 'path.digest': 'digest', 'body.consentId': 'consent' }],
        ['stages', { 'path.id': 'person', 'path.stage': 'stage' }],
        [
          'videos',
          { 'path.id': 'video', 'path.stage': 'stage', 'body.personId': 'person', 'body.audio.uploadId': 'upload' },
        ],
        ['batches', { 'path.id': 'batch', 'path.item': 'item', 'body.items[*].personId': 'person' }],
        ['uploads', { 'path.id': 'upload', 'body.personId': 'person' }],
        ['webhooks', { 'path.id': 'webhook', 'query.webhookId': 'webhook' }],
      ];
      return [
        `seed = ${SEED}`,
        'continue-on-failure = true',
        'request-timeout = 60',
        'warnings = false',
        '[generation]',
        'database = "none"',
        `max-examples = ${EXAMPLES}`,
        '[phases.stateful.generation]',
        `max-examples = ${CHAINS}`,
        ...UNFIT_CHECKS.map((name) => `[checks.${name}]\nenabled = false`),
        ...Object.entries(there).map(([name, id]) => `[dictionaries.${name}]\nvalues = ["${id}"]`),
        ...operations.map(([tag, entries]) => `[[operations]]\ninclude-tag = "${tag}"\n${bind(entries)}`),
      ].join('\n');
    }

    const title = `answers as its description says (seed ${SEED}, ${EXAMPLES} examples an operation, ${CHAINS} chains)`;
    it(title, async () => {
      await using folder = await temporaryDirectory();
      const base = await app.getUrl();
      await writeFile(join(folder.path, 'schemathesis.toml'), configuration(await furnish(base)));
      const args = [
        schemathesis!,
        'run',
        `${base}/openapi.json`,
        '--url',
        base,
        '--header',
        `Authorization: Bearer ${key}`,
        '--no-color',
        ...LEFT_OUT.flatMap((name) => ['--exclude-operation-id', name]),
      ];
      const env = { ...process.env, PYTHONPATH: dirname(dirname(schemathesis!)), PYTHONDONTWRITEBYTECODE: '1' };
      const { code, said } = await new Promise<{ code: number | null; said: string }>((done) => {
        const child = execFile(
          'python3',
          args,
          { cwd: folder.path, env, maxBuffer: 2 ** 28, timeout: TIMEOUT_MS / 2 },
          (_, out, err) => done({ code: child.exitCode, said: `${out}${err}` }),
        );
      });
      if (full !== undefined) process.stdout.write(said);
      expect({ code, said: code === 0 ? '' : said, faults }).toEqual({ code: 0, said: '', faults: [] });
    });
  },
);
