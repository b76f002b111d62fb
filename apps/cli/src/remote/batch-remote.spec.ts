import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, batch, person } from './api-responses.testing.js';
import { page, runRemote, sha256, useRemoteInputs } from './remote-commands.testing.js';
import { events, scriptedApi, URL_OF_API, type Script, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);

describe('batch', () => {
  const made = Buffer.from('a video');
  const failure = { code: 'INPUT_TOO_SHORT', message: 'Shorter than a frame.', hint: null, at: null } as const;
  const item = (id: string, more: object = {}) => ({
    id,
    personId: ANNA,
    videoId: 'v',
    status: 'done',
    attempt: 1,
    seconds: 2,
    coreSeconds: 2,
    error: null,
    metadata: {},
    startedAt: null,
    finishedAt: null,
    ...more,
  });
  const script = (more: Script = {}): Script => ({
    'GET /v1/people': page([person()]),
    'POST /v1/batches': () => batch({ status: 'queued' }),
    'GET /v1/batches/b_1': () => batch(),
    'GET /v1/batches/b_1/items': page([item('one'), item('../two')]),
    'GET /v1/batches/b_1/items/*': () => ({
      files: [
        {
          name: 'video.mp4',
          bytes: made.length,
          sha256: sha256(made),
          link: { url: `${URL_OF_API}/store/video`, expiresAt: '' },
        },
      ],
    }),
    'GET /v1/batches/b_1/items/../two': () => ({
      files: [
        {
          name: 'video.mp4',
          bytes: made.length,
          sha256: sha256(made),
          link: { url: `${URL_OF_API}/store/video`, expiresAt: '' },
        },
      ],
    }),
    'GET /store/video': () => made,
    'GET /v1/batches/b_1/manifest.csv': () => 'id,status\r\n',
    ...more,
  });
  const items = async (): Promise<string> => {
    const path = join(inputs.folder, 'lessons.csv');
    await writeFile(path, 'id,person,audio\none,anna,recorded\n../two,anna,recorded\n');
    return path;
  };

  it('starts once, downloads every video under a safe name and writes the manifest', async () => {
    const api = scriptedApi(script());
    const argv = [
      'batch',
      '--file',
      await items(),
      '--window',
      '22:00-6:00',
      '--time-zone',
      'Europe/Berlin',
      '--concurrency',
      '2',
      '--download',
      join(inputs.folder, 'videos'),
      '--manifest',
      join(inputs.folder, 'm.csv'),
    ];
    const { code, stdout } = await run(api, argv);
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 of 2 videos')]);
    expect(api.last('POST /v1/batches').body).toEqual({
      name: 'lessons',
      csv: `id,person,audio\r\none,${ANNA},recorded\r\n../two,${ANNA},recorded`,
      window: { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' },
      concurrency: 2,
    });
    expect((await readdir(join(inputs.folder, 'videos'))).sort()).toEqual([
      expect.stringMatching(/^__two-[0-9a-f]{8}\.mp4$/),
      'one.mp4',
    ]);
    expect(await readFile(join(inputs.folder, 'm.csv'), 'utf8')).toBe('id,status\r\n');
    await run(api, argv);
    expect(
      new Set(
        api.requests
          .filter(({ method, path }) => method === 'POST' && path === '/v1/batches')
          .map(({ headers }) => headers.get('idempotency-key')),
      ).size,
    ).toBe(1);
    expect(api.count('GET /store/video')).toBe(2);
  });

  it('ends with the exit code of the first failed item and prints each failure once', async () => {
    const api = scriptedApi(
      script({
        'GET /v1/batches/b_1': () =>
          batch({ counts: { total: 2, waiting: 0, running: 0, done: 1, failed: 1, cancelled: 0 } }),
        'GET /v1/batches/b_1/items': page([item('one'), item('two', { status: 'failed', error: failure })]),
      }),
    );
    const { code, stderr } = await run(api, ['watch', '--batch', 'b_1']);
    expect(code).toBe(3);
    expect(stderr.match(/Shorter than a frame/g)).toHaveLength(1);
    expect(stderr).toMatch(/1 of 2 items failed[\s\S]*portrait retry --batch b_1 --remote/);
  });

  it('shows pause and forecast, and keeps running when nobody watches', async () => {
    const controller = new AbortController();
    const api = scriptedApi(
      script({
        'GET /v1/events': () => {
          controller.abort();
          return events();
        },
        'GET /v1/batches/b_1': () =>
          batch({
            status: 'paused',
            window: { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' },
            pausedUntil: '2099-01-01T21:00:00.000Z',
            forecastAt: '2099-01-02T01:30:00.000Z',
            counts: { total: 9, waiting: 9, running: 0, done: 0, failed: 0, cancelled: 0 },
          }),
      }),
    );
    const { code, stderr } = await run(api, ['watch', '--batch', 'b_1', '--download', 'a folder'], {
      signal: controller.signal,
    });
    expect(code).toBe(130);
    expect(stderr).toContain('paused until 2099-01-01 22:00, expected to end 2099-01-02 02:30');
    expect(stderr).toMatch(/b_1 continues at[\s\S]*portrait watch --batch b_1 --download 'a folder'/);
    expect(stderr).toMatch(/portrait cancel --batch b_1[\s\S]*portrait retry --batch b_1/);
  });

  it('refuses an invalid window, time zone, manifest name or concurrency before it starts', async () => {
    const file = await items();
    for (const [argv, words] of [
      [['--window', '22-6'], 'FROM-TO'],
      [['--window', '22:00-06:00', '--time-zone', 'Europe/Berln'], 'is not known'],
      [['--time-zone', 'Europe/Berlin'], 'give both'],
      [['--manifest', 'm.txt'], 'must end in'],
      [['--concurrency', '0'], 'from 1 to 1000'],
    ] as const) {
      const api = scriptedApi(script());
      expect((await run(api, ['batch', '--file', file, ...argv])).stderr).toContain(words);
      expect(api.count('POST /v1/batches')).toBe(0);
    }
  });
});
