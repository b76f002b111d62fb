// The command line with --remote, over the real API, Temporal and MinIO, with stages that do no work: train, park,
// retry, repeat, render to a file, and a batch in which one item fails.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  batchBookkeeping,
  createApi,
  DEFAULT_OPTIONS,
  EventFeed,
  firstBytesOf,
  IN_MEMORY,
  KeysService,
  MediaImporter,
  openDatabase,
  peopleBookkeeping,
  TemporalEngine,
  type Database,
} from '@portrait/api';
import { runCli } from '@portrait/cli';
import { fixtureRegistry, type Registry } from '@portrait/stage-kit';
import { z } from 'zod';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

const MP4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(1000, 7)]);
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt and some sound', 'latin1');
const CONSENT = { grantedBy: 'Anna', subject: 'Anna', date: '2026-01-31', purpose: 'Course' };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** With `trouble` among the parameters that are listed, so that --set takes it. */
const STAGES = Object.fromEntries(
  Object.entries(fixtureRegistry()).map(([name, stage]) => [
    name,
    { ...stage, params: (stage.params as unknown as z.ZodObject).extend({ trouble: z.unknown().optional() }) },
  ]),
) as unknown as Registry;

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const title =
  notSupported === null
    ? 'the command line at a remote system'
    : `the command line at a remote system (not supported, because ${notSupported})`;
(notSupported === null ? describe : describe.skip)(title, () => {
  let system: TestSystem;
  let database: Database;
  let app: Awaited<ReturnType<typeof createApi>>;
  let folder: string;
  let env: Record<string, string | undefined>;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    system = await startTestSystem({ slots: 4 });
    const { store } = system;
    database = await openDatabase(IN_MEMORY);
    const engine = new TemporalEngine(() => Promise.resolve(system.client));
    const registry = () => Promise.resolve(STAGES);
    app = await createApi({
      database,
      engine,
      store,
      eraser: store,
      log,
      fetcher: null,
      checks: {},
      registry,
      firstBytes: firstBytesOf(store),
      options: { ...DEFAULT_OPTIONS, refreshMs: 100, intakeMs: 300, ratePerMinute: 1e6, heartbeatSeconds: 10 },
    });
    await app.listen(0, '127.0.0.1');
    const people = peopleBookkeeping({ database, store, eraser: store, engine, log }, () =>
      app.get(EventFeed).notify(),
    );
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
    const { key } = await app.get(KeysService).createFor('studio', { name: 'of a spec', scopes: ['admin'] });
    folder = await mkdtemp(join(tmpdir(), 'portrait-cli-remote-'));
    await Promise.all([
      writeFile(at('anna.mp4'), MP4),
      writeFile(at('talk.wav'), WAV),
      writeFile(at('consent.json'), JSON.stringify(CONSENT)),
    ]);
    env = {
      PATH: process.env['PATH'],
      PORTRAIT_REMOTE: await app.getUrl(),
      PORTRAIT_API_KEY: key,
      PORTRAIT_CACHE: at('cache'),
    };
  });
  afterAll(async () => {
    await app?.close();
    await system?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const portrait = (...argv: string[]): Promise<Ran> => portraitUntil(null, ...argv);

  /** Interrupted, as by Ctrl-C, as soon as it says these words. */
  async function portraitUntil(words: string | null, ...argv: string[]): Promise<Ran> {
    const controller = new AbortController();
    let stdout = '';
    let stderr = '';
    const hear = (text: string): void => {
      stderr += text;
      if (words !== null && stderr.includes(words)) controller.abort();
    };
    const code = await runCli(argv, {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: hear },
      stdin: {},
      env,
      signal: controller.signal,
    });
    return { code, stdout, stderr };
  }
  const sha256 = async (path: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');

  it('trains until a stage is parked, retries it as the error says, and does nothing twice', async () => {
    const trouble = JSON.stringify({ fails: { times: 1, code: 'FACE_NOT_FOUND', message: 'No face in frame 12.' } });
    const train = [
      'train',
      '--video',
      at('anna.mp4'),
      '--consent',
      at('consent.json'),
      '--seed',
      '71',
      '--set',
      `landmarks.trouble=${trouble}`,
    ];
    const parked = await portrait(...train);
    expect(parked.code).toBe(3);
    expect(parked.stderr).toMatch(
      /No face in frame 12\.[\s\S]*landmarks · frame 12[\s\S]*portrait retry --person anna --stage landmarks/,
    );

    const retried = await portrait('retry', '--person', 'anna', '--stage', 'landmarks', '--set', 'landmarks.steps=7');
    expect([retried.code, retried.stdout]).toEqual([0, expect.stringContaining('The portrait of anna is ready')]);
    const again = await portrait(...train);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing had to be computed')]);
    expect(await system.count('ingest.71.runs')).toBe(1);
    expect((await portrait('people', 'list')).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('renders to a file, and finds the render again', async () => {
    const render = [
      'render',
      '--person',
      'anna',
      '--audio',
      at('talk.wav'),
      '--out',
      at('talk.mp4'),
      '--shards',
      '2',
      '--seed',
      '72',
      '--json',
    ];
    const rendered = await portrait(...render);
    expect(rendered.code).toBe(0);
    const result = (ran: Ran) => JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
    expect(result(rendered)).toMatchObject({
      type: 'result',
      command: 'render',
      path: at('talk.mp4'),
      cached: false,
      sha256: await sha256(at('talk.mp4')),
    });
    await rm(at('talk.mp4'));
    expect(result(await portrait(...render))).toMatchObject({
      cached: true,
      id: result(rendered)['id'],
      sha256: await sha256(at('talk.mp4')),
    });
  });

  it('makes a batch in which one item fails, fetches the others, and begins the failed one again', async () => {
    const failing = {
      render: { trouble: { fails: { times: 1, code: 'INPUT_TOO_SHORT', message: 'Shorter than a frame.' } } },
    };
    const items = ['one', '../two', 'three'].map((id, index) => ({
      id,
      person: 'anna',
      audio: { file: 'talk.wav' },
      seed: 80 + index,
      ...(id === 'three' ? { params: failing } : {}),
    }));
    await writeFile(at('lessons.json'), JSON.stringify(items));
    const made = await portrait(
      'batch',
      '--file',
      at('lessons.json'),
      '--concurrency',
      '2',
      '--download',
      at('videos'),
      '--manifest',
      at('manifest.csv'),
    );
    expect(made.code).toBe(3);
    expect(made.stderr).toMatch(/three: Shorter than a frame\.[\s\S]*1 of 3 items failed/);
    expect((await readdir(at('videos'))).sort()).toEqual([
      expect.stringMatching(/^__two-[0-9a-f]{8}\.mp4$/),
      'one.mp4',
    ]);
    const manifest = await readFile(at('manifest.csv'), 'utf8');
    expect(manifest).toContain(await sha256(at('videos/one.mp4')));
    expect(manifest).toContain('INPUT_TOO_SHORT');

    const [, batch = ''] = /portrait retry --batch (\w+)/.exec(made.stderr) ?? [];
    expect((await portrait('retry', '--batch', batch)).code).toBe(0);
    expect((await portrait('watch', '--batch', batch, '--download', at('videos'))).code).toBe(0);
    expect(await readdir(at('videos'))).toHaveLength(3);
  });

  it('leaves a training going on when it is interrupted, and stops it by name', async () => {
    await writeFile(at('bert.mp4'), Buffer.concat([MP4, Buffer.from('another')]));
    const left = await portraitUntil(
      'landmarks: starts',
      'train',
      '--video',
      at('bert.mp4'),
      '--consent',
      at('consent.json'),
      '--seed',
      '73',
      '--set',
      'landmarks.trouble={"takes":600000}',
    );
    expect([left.code, left.stderr]).toEqual([
      130,
      expect.stringMatching(
        /The training of bert continues at[\s\S]*portrait watch --person bert[\s\S]*portrait cancel --person bert/,
      ),
    ]);
    expect((await portrait('people', 'list')).stdout).toMatch(/bert .*training/);
    expect((await portrait('cancel', '--person', 'bert')).code).toBe(0);
    expect((await portrait('watch', '--person', 'bert')).code).toBe(130);
  });

  it('erases a person whole, and says who is still there', async () => {
    expect((await portrait('people', 'erase', '--person', 'anna', '--yes')).code).toBe(0);
    const gone = await portrait('watch', '--person', 'anna');
    expect([gone.code, gone.stderr]).toEqual([4, expect.stringContaining('Known people: bert.')]);
  });
});
