// Commands with --remote, against an API that answers from a script.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { invoke, makeInputs, removeMedia, type Invocation } from '../invocation.testing.js';
import { ANNA, batch, doneStages, person, stage, video } from './api-responses.testing.js';
import { events, refusal, scriptedApi, URL_OF_API, type Script, type ScriptedApi } from './scripted-api.testing.js';

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let inputs: Awaited<ReturnType<typeof makeInputs>>;
beforeEach(async () => {
  folder = await temporaryDirectory();
  inputs = await makeInputs(folder.path);
});
afterEach(() => folder[Symbol.asyncDispose]());
afterAll(removeMedia);

const run = (
  api: ScriptedApi,
  argv: string[],
  more: { signal?: AbortSignal; env?: Record<string, string> } = {},
): Promise<Invocation> =>
  invoke([...argv, '--remote', URL_OF_API], undefined, {
    fetch: api.fetch,
    ...(more.signal ? { signal: more.signal } : {}),
    env: {
      PATH: process.env['PATH'],
      PORTRAIT_API_KEY: 'pk_spec',
      PORTRAIT_CACHE: join(folder.path, 'cache'),
      ...more.env,
    },
  });

const train = (...more: string[]): string[] => [
  'train',
  '--video',
  inputs.video,
  '--person',
  'anna',
  '--consent',
  inputs.consent,
  ...more,
];
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const page = (data: object[]) => () => ({ data, nextCursor: null });

/** An upload in one part that arrives at once. */
function uploads(): Script {
  const state = { done: false, status: 'open', bytes: 0 };
  const view = (id: string) => ({
    id,
    kind: 'video',
    personId: null,
    status: state.status,
    bytes: state.bytes,
    contentType: 'video/mp4',
    sha256: null,
    partBytes: 2 ** 26,
    parts: [{ number: 1, bytes: state.bytes, done: state.done, url: state.done ? null : `${URL_OF_API}/store/1` }],
  });
  return {
    'POST /v1/uploads': ({ body }) => {
      Object.assign(state, { done: false, status: 'open', bytes: (body as { bytes: number }).bytes });
      return view('u_1');
    },
    'GET /v1/uploads/*': () => view('u_1'),
    'PUT /store/1': () => {
      state.done = true;
      return '';
    },
    'POST /v1/uploads/u_1:complete': () => {
      state.status = 'complete';
      return view('u_1');
    },
  };
}

const training = (more: Script = {}): Script => ({
  ...uploads(),
  'GET /v1/people': page([]),
  'POST /v1/consents': () => ({ id: 'c_1' }),
  'POST /v1/people': () => person({ status: 'queued' }),
  [`GET /v1/people/${ANNA}`]: () => person(),
  ...more,
});

describe('where and with what key', () => {
  it('is PORTRAIT_REMOTE unless an option says otherwise', async () => {
    const api = scriptedApi({ 'GET /v1/people': page([person()]) });
    const env = {
      PATH: process.env['PATH'],
      PORTRAIT_REMOTE: `${URL_OF_API}/`,
      PORTRAIT_API_KEY: 'pk_spec',
      PORTRAIT_STORE: inputs.store,
    };
    expect((await invoke(['people', 'list'], undefined, { fetch: api.fetch, env })).stdout).toContain(ANNA);
    expect((await invoke(['people', 'list', '--no-remote'], undefined, { fetch: api.fetch, env })).stdout).toContain(
      'Nobody is in this store',
    );
    expect(api.last('GET /v1/people').headers.get('authorization')).toBe('Bearer pk_spec');
  });

  it('is that of portrait up, where it runs in this folder, and is shown to nobody else', async () => {
    const before = process.cwd();
    await mkdir(join(folder.path, 'portrait-data'));
    await writeFile(
      join(folder.path, 'portrait-data/system.json'),
      JSON.stringify({ pid: 1, apiUrl: 'http://127.0.0.1:8123', startedAt: '' }),
    );
    await writeFile(join(folder.path, 'portrait-data/admin-key'), 'pk_local\n');
    const api = scriptedApi({ 'GET /v1/people': page([]) });
    const list = (url: string): Promise<Invocation> =>
      invoke(['people', 'list', '--remote', url], undefined, { fetch: api.fetch });
    process.chdir(folder.path);
    try {
      expect((await list('http://localhost:8123')).code).toBe(0);
      expect(api.last('GET /v1/people').headers.get('authorization')).toBe('Bearer pk_local');
      for (const other of ['http://127.0.0.1:8124', 'http://api.test:8123'])
        expect((await list(other)).stderr).toContain(`There is no key for ${other}`);
    } finally {
      process.chdir(before);
    }
  });

  it('is told with what to do when there is no key, or it is refused', async () => {
    const nobody = scriptedApi({});
    const without = await run(nobody, ['people', 'list'], { env: { PORTRAIT_API_KEY: '' } });
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(
      /There is no key for http:\/\/api\.test[\s\S]*PORTRAIT_API_KEY[\s\S]*UNAUTHENTICATED/,
    );
    expect(nobody.requests).toEqual([]);
    const refused = await run(scriptedApi({ 'GET /v1/caller': () => refusal(401, 'UNAUTHENTICATED') }), [
      'people',
      'list',
    ]);
    expect(refused.stderr).toContain('refuses the key of PORTRAIT_API_KEY');
    expect(refused.stderr).not.toContain('pk_spec');
  });

  it.each(['api.test', 'ftp://api.test', 'http://user:secret@api.test'])('is no %s', async (url) => {
    const { code, stderr } = await invoke(['people', 'list', '--remote', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('INVALID_ARGUMENT');
    expect(stderr).not.toContain('secret@');
  });

  it('warns where the key can be read on its way', async () => {
    expect((await run(scriptedApi({ 'GET /v1/people': page([]) }), ['people', 'list'])).stderr).toContain(
      'not encrypted',
    );
  });
});

describe('options', () => {
  it('of this machine are refused together, before anything is asked', async () => {
    const api = scriptedApi({});
    const { code, stderr } = await run(
      api,
      train('--dry-run', '--until', 'ingest', '--store', 's', '--threads', '2', '--retry', 'ingest'),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/--store[\s\S]*--threads[\s\S]*--dry-run[\s\S]*--until[\s\S]*--retry[\s\S]*--no-remote/);
    expect(api.requests).toEqual([]);
  });

  it('of remote systems are refused on this machine, with what does the like here', async () => {
    for (const [argv, words] of [
      [['watch', '--person', 'anna'], 'portrait inspect'],
      [['retry', '--person', 'anna'], 'portrait train --retry'],
      [['batch', '--file', 'x.csv'], 'portrait render'],
      [['cancel', '--person', 'anna'], 'Ctrl-C'],
    ] as const) {
      const { code, stderr } = await invoke(argv);
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    }
    expect((await invoke(train('--detach'))).code).toBe(2);
  });

  it('are checked against the stages and presets the system has', async () => {
    const api = scriptedApi(training());
    expect((await run(api, train('--set', 'head-trainig.steps=3', '--set', 'ingest.stepz=3'))).stderr).toMatch(
      /2 parameters[\s\S]*Did you mean head-training[\s\S]*Did you mean steps/,
    );
    expect((await run(api, train('--preset', 'standart'))).stderr).toContain('Did you mean standard');
    expect(api.count('POST /v1/uploads')).toBe(0);
  });
});

describe('train', () => {
  it('records consent, sends the video with its hash, begins, and tells the end as an embedded training does', async () => {
    const api = scriptedApi(training());
    const { code, events: told } = await run(api, train('--set', 'ingest.steps=3', '--json'));
    expect(code).toBe(0);
    const hash = sha256(await readFile(inputs.video));
    expect(api.last('POST /v1/uploads').body).toMatchObject({
      kind: 'video',
      contentType: 'video/x-matroska',
      sha256: hash,
    });
    expect(api.last('POST /v1/people').body).toEqual({
      name: 'anna',
      consentId: 'c_1',
      video: { uploadId: 'u_1' },
      preset: 'standard',
      params: { ingest: { steps: 3 } },
      seed: 1,
      evaluate: true,
      metadata: { videoSha256: hash },
    });
    expect(told.at(-1)).toMatchObject({ type: 'result', command: 'train', person: 'anna', complete: true });
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['start', 'progress', 'done', 'accepted']));
  });

  it('asks for nothing without consent', async () => {
    const api = scriptedApi(training());
    const { code, stderr } = await run(api, ['train', '--video', inputs.video, '--person', 'anna']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('CONSENT_MISSING')]);
    expect(api.count('POST /v1/uploads')).toBe(0);
  });

  it('goes on with the upload that was interrupted', async () => {
    const controller = new AbortController();
    const script = training();
    const stopped = await run(
      scriptedApi({
        ...script,
        'PUT /store/1': () => {
          controller.abort();
          throw controller.signal.reason as Error;
        },
      }),
      train(),
      { signal: controller.signal },
    );
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringMatching(/while my clip\.mkv was being sent[\s\S]*same command again/),
    ]);
    const api = scriptedApi(script);
    expect((await run(api, train())).code).toBe(0);
    expect([api.count('POST /v1/uploads'), api.count('PUT /store/1'), api.count('POST /v1/people')]).toEqual([0, 1, 1]);
    expect(await readdir(join(folder.path, 'cache/remote'))).toEqual([]);
  });

  describe('of a person who is there', () => {
    const hash = async (): Promise<string> => sha256(await readFile(inputs.video));
    const known = async (more: Parameters<typeof person>[0] = {}) =>
      person({ metadata: { videoSha256: await hash() }, ...more });

    it('does nothing twice', async () => {
      const anna = await known();
      const api = scriptedApi(training({ 'GET /v1/people': page([anna]) }));
      const { code, stdout } = await run(api, train());
      expect([code, stdout]).toEqual([0, expect.stringContaining('nothing had to be computed')]);
      expect([api.count('POST /v1/people'), api.count('POST /v1/uploads'), api.count('POST /v1/consents')]).toEqual([
        0, 0, 0,
      ]);
    });

    it('trains on with what was changed, and goes on with what was cancelled', async () => {
      for (const [status, set, params] of [
        ['ready', ['--set', 'ingest.steps=4'], { ingest: { steps: 4 } }],
        ['cancelled', [], {}],
      ] as const) {
        const anna = await known({ status });
        const api = scriptedApi(
          training({
            'GET /v1/people': page([anna]),
            [`POST /v1/people/${ANNA}:resume`]: () => person({ status: 'queued' }),
          }),
        );
        expect((await run(api, train(...set))).code).toBe(0);
        expect(api.last(`POST /v1/people/${ANNA}:resume`).body).toEqual({ params });
      }
    });

    it.each([
      ['another video', { metadata: {} }, 'was not made from this video'],
      ['another preset and seed', { preset: 'preview', seed: 3 }, 'begun with preset preview, seed 3'],
      [
        'other parameters, while it runs',
        { status: 'training', params: { ingest: { steps: 9 } } },
        'is training with other parameters',
      ],
    ] as const)('refuses %s', async (_, more, words) => {
      const anna = await known(more as Parameters<typeof person>[0]);
      const { code, stderr } = await run(
        scriptedApi(training({ 'GET /v1/people': page([anna]) })),
        train('--set', 'ingest.steps=4'),
      );
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    });

    it('finds the training that the same command at the same time began', async () => {
      const anna = await known();
      let begun = false;
      const api = scriptedApi(
        training({
          'GET /v1/people': () => ({ data: begun ? [anna] : [], nextCursor: null }),
          'POST /v1/people': () => {
            begun = true;
            return refusal(409, 'CONFLICT');
          },
        }),
      );
      expect((await run(api, train())).code).toBe(0);
    });
  });
});

describe('watch', () => {
  const error = {
    code: 'FACE_NOT_FOUND',
    message: 'No face for 3.0 s.',
    hint: 'Cut this part out.',
    at: { stage: 'landmarks', second: 3 },
  } as const;
  const parked = () =>
    person({
      status: 'parked',
      error,
      stages: doneStages().map((one) =>
        one.stage === 'landmarks' ? stage('landmarks', { status: 'parked', attempt: 1, error }) : one,
      ),
    });

  it('ends with the exit code of the stage that is parked, and the very command that goes on', async () => {
    const { code, stderr } = await run(
      scriptedApi({
        'GET /v1/people': page([person({ name: "anna o'hara" })]),
        [`GET /v1/people/${ANNA}`]: () => ({ ...parked(), name: "anna o'hara" }),
      }),
      ['watch', '--person', "anna o'hara"],
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /Landmarks and eye ratio: No face for 3\.0 s\.[\s\S]*landmarks · 3\.00 s[\s\S]*Cut this part out/,
    );
    expect(stderr).toContain(`portrait retry --person 'anna o'\\''hara' --stage landmarks --remote ${URL_OF_API}`);
  });

  it('follows until the work has ended', async () => {
    const running = person({
      status: 'training',
      stages: doneStages().map((one) =>
        one.stage === 'evaluate'
          ? stage('evaluate', { status: 'running', attempt: 1, done: 1, total: 4, unit: 'frames' })
          : one,
      ),
    });
    let looks = 0;
    const api = scriptedApi({
      'GET /v1/people': page([person()]),
      [`GET /v1/people/${ANNA}`]: () => (looks++ === 0 ? running : person()),
      'GET /v1/events': () => events('stage.done'),
    });
    const { code, events: told } = await run(api, ['watch', '--person', 'anna', '--json']);
    expect(code).toBe(0);
    expect(told.filter((event) => event['stage'] === 'evaluate').map(({ type }) => type)).toEqual([
      'start',
      'progress',
      'done',
    ]);
    expect(told.at(-1)).toMatchObject({ type: 'result', computed: ['evaluate'] });
  });

  it('leaves the work going on when it is interrupted, and says how to come back', async () => {
    const controller = new AbortController();
    const api = scriptedApi({
      'GET /v1/people': page([person()]),
      [`GET /v1/people/${ANNA}`]: () =>
        person({ status: 'training', stages: [stage('ingest', { status: 'running', attempt: 1 })] }),
      'GET /v1/events': () => {
        controller.abort();
        return events();
      },
    });
    const { code, stderr } = await run(api, ['watch', '--person', 'anna'], { signal: controller.signal });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /The training of anna goes on at http:\/\/api\.test\.\n {2}watch {3}portrait watch --person anna --remote \S+\n {2}cancel {2}portrait cancel --person anna/,
    );
    expect(api.count('POST /v1/people/*')).toBe(0);
  });

  it('ends as what was cancelled or has failed did', async () => {
    const of = (more: Parameters<typeof person>[0]) =>
      run(scriptedApi({ 'GET /v1/people': page([person()]), [`GET /v1/people/${ANNA}`]: () => person(more) }), [
        'watch',
        '--person',
        'anna',
      ]);
    expect((await of({ status: 'cancelled' })).code).toBe(130);
    expect(
      (await of({ status: 'failed', error: { code: 'INPUT_NO_AUDIO', message: 'Silent.', hint: null, at: null } }))
        .code,
    ).toBe(3);
    expect((await of({ status: 'erasing' })).code).toBe(4);
  });

  it('asks which of two people is meant, and says who is there when nobody is', async () => {
    const api = scriptedApi({ 'GET /v1/people': page([person(), person({ id: 'p_bbbbbbbbbbbbbbbbbbbb' })]) });
    expect((await run(api, ['watch', '--person', 'anna'])).stderr).toMatch(
      /2 people are called "anna":\n {2}p_a+ {2}ready[\s\S]*p_b+[\s\S]*Give the id/,
    );
    const unknown = await run(api, ['watch', '--person', 'bert']);
    expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('There is: anna, anna.')]);
    expect((await run(api, ['watch'])).code).toBe(2);
    expect((await run(api, ['watch', '--person', 'anna', '--out', 'x.mp4'])).stderr).toContain(
      '--out goes with --video',
    );
  });
});

describe('retry and cancel', () => {
  const parked = (...names: string[]) =>
    person({ status: 'parked', stages: names.map((name) => stage(name, { status: 'parked', attempt: 1 })) });
  const script = (view: object, more: Script = {}): Script => ({
    'GET /v1/people': page([person()]),
    [`GET /v1/people/${ANNA}`]: () => view,
    ...more,
  });

  it('retry the one parked stage with what is changed, or leave it out', async () => {
    const api = scriptedApi(
      script(parked('landmarks'), { 'POST /v1/people/*/stages/*': () => person({ status: 'training' }) }),
    );
    expect((await run(api, ['retry', '--person', 'anna', '--set', 'landmarks.steps=7', '--detach'])).code).toBe(0);
    expect([api.last('POST /v1/people/*/stages/*').path, api.last('POST /v1/people/*/stages/*').body]).toEqual([
      `/v1/people/${ANNA}/stages/landmarks:retry`,
      { params: { steps: 7 } },
    ]);
    expect((await run(api, ['retry', '--person', 'anna', '--skip', '--detach'])).code).toBe(0);
    expect(api.last('POST /v1/people/*/stages/*').path).toMatch(/landmarks:skip$/);
  });

  it('say which stages there are to choose from, and what cannot be', async () => {
    const attempt = async (view: object, ...argv: string[]): Promise<string> =>
      (await run(scriptedApi(script(view)), ['retry', '--person', 'anna', ...argv])).stderr;
    expect(await attempt(parked('landmarks', 'evaluate'))).toContain('2 parked stages: landmarks, evaluate');
    expect(await attempt(person())).toContain('no stage of it is parked');
    expect(await attempt(parked('landmarks'), '--set', 'ingest.steps=7')).toContain('only parameters of landmarks');
    expect(await attempt(parked('landmarks'), '--items', 'failed')).toContain('--items goes with --batch');
    expect(await attempt(person({ status: 'cancelled' }), '--stage', 'ingest')).toContain('Let it go on as a whole');
  });

  it('let a training that was cancelled go on', async () => {
    const api = scriptedApi(
      script(person({ status: 'cancelled' }), {
        [`POST /v1/people/${ANNA}:resume`]: () => person({ status: 'queued' }),
      }),
    );
    expect((await run(api, ['retry', '--person', 'anna', '--detach'])).code).toBe(0);
    expect(api.count(`POST /v1/people/${ANNA}:resume`)).toBe(1);
  });

  it('stop a training by name', async () => {
    const api = scriptedApi(
      script(person(), { [`POST /v1/people/${ANNA}:cancel`]: () => person({ status: 'cancelled' }) }),
    );
    expect((await run(api, ['cancel', '--person', 'anna'])).stdout).toMatch(
      /is cancelled[\s\S]*portrait retry --person anna/,
    );
  });
});

describe('render', () => {
  const made = Buffer.from('a video');
  const files = (bytes = made) => [
    { name: 'video.json', bytes: 1, sha256: 'x', link: null },
    {
      name: 'video.mp4',
      bytes: made.length,
      sha256: sha256(bytes),
      link: { url: `${URL_OF_API}/store/video`, expiresAt: '' },
    },
  ];
  const script = (more: Script = {}): Script => ({
    ...uploads(),
    'GET /v1/people': page([person()]),
    'POST /v1/videos': () => ({ id: 'v_1' }),
    'GET /v1/videos/v_1': () => video({ files: files() }),
    'GET /store/video': () => made,
    ...more,
  });
  const render = (...more: string[]): string[] => [
    'render',
    '--person',
    'anna',
    '--audio',
    inputs.audio,
    '--out',
    join(folder.path, 'out/talk.mp4'),
    ...more,
  ];

  it('sends the speech, renders and fetches the very bytes', async () => {
    const api = scriptedApi(script());
    const { code, stdout } = await run(
      api,
      render('--eyes', 'fixed:0.8', '--background', '#204060', '--shards', '3', '--smoothing', '1'),
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('talk.mp4')]);
    expect(await readFile(join(folder.path, 'out/talk.mp4'))).toEqual(made);
    expect(api.last('POST /v1/uploads').body).toMatchObject({
      kind: 'audio',
      personId: ANNA,
      contentType: 'audio/wav',
    });
    expect(api.last('GET /store/video').headers.get('authorization')).toBeNull();
    expect(api.last('POST /v1/videos').body).toMatchObject({
      personId: ANNA,
      audio: { uploadId: 'u_1' },
      container: 'mp4',
      shards: 3,
      eyes: { open: 0.8 },
      background: '#204060',
      params: { render: { poseSmoothing: 1 } },
    });
  });

  it('asks for the same render with the same key, sends speech once, and begins anew what was cancelled', async () => {
    const base = script();
    const api = scriptedApi(base);
    await run(api, render());
    await run(api, render());
    const keys = (): (string | null)[] =>
      api.requests.filter(({ path }) => path === '/v1/videos').map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(keys()).size).toBe(1);
    expect(api.count('POST /v1/uploads')).toBe(1);
    expect(api.count('GET /store/video')).toBe(1);
    const cancelled = scriptedApi({
      ...base,
      'POST /v1/videos': ({ headers }) => ({ id: headers.get('idempotency-key')!.endsWith('-1') ? 'v_0' : 'v_1' }),
      'GET /v1/videos/v_0': () => video({ status: 'cancelled' }),
    });
    expect((await run(cancelled, render())).code).toBe(0);
    expect(cancelled.count('POST /v1/videos')).toBe(2);
  });

  it('leaves nothing where what arrives is not what was rendered', async () => {
    const { code, stderr } = await run(
      scriptedApi(script({ 'GET /v1/videos/v_1': () => video({ files: files(Buffer.from('another')) }) })),
      render(),
    );
    expect([code, stderr]).toEqual([4, expect.stringContaining('ARTIFACT_CORRUPT')]);
    expect(await readdir(join(folder.path, 'out'))).toEqual([]);
  });

  it('asks for another link when one does not serve', async () => {
    let served = 0;
    const api = scriptedApi(
      script({ 'GET /store/video': () => (served++ === 0 ? new Response('expired', { status: 403 }) : made) }),
    );
    expect((await run(api, render())).code).toBe(0);
    expect(api.count('GET /v1/videos/v_1')).toBeGreaterThanOrEqual(3);
  });

  it('refuses what cannot be written, and people without a portrait, before anything is sent', async () => {
    const api = scriptedApi(script({ 'GET /v1/people': page([person({ status: 'parked' })]) }));
    expect((await run(api, render())).stderr).toContain('there is no portrait yet');
    await mkdir(join(folder.path, 'taken.mp4'));
    expect(
      (await run(api, ['render', '--person', 'anna', '--self', '--out', join(folder.path, 'taken.mp4')])).stderr,
    ).toContain('is a folder');
    expect((await run(api, render('--background', 'transparent'))).stderr).toContain('cannot be transparent');
    expect(api.count('POST /v1/uploads')).toBe(0);
  });
});

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
    const path = join(folder.path, 'lessons.csv');
    await writeFile(path, 'id,person,audio\none,anna,recorded\n../two,anna,recorded\n');
    return path;
  };

  it('begins once, fetches every video under a safe name and writes the manifest', async () => {
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
      join(folder.path, 'videos'),
      '--manifest',
      join(folder.path, 'm.csv'),
    ];
    const { code, stdout } = await run(api, argv);
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 of 2 videos')]);
    expect(api.last('POST /v1/batches').body).toEqual({
      name: 'lessons',
      csv: `id,person,audio\r\none,${ANNA},recorded\r\n../two,${ANNA},recorded`,
      window: { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' },
      concurrency: 2,
    });
    expect((await readdir(join(folder.path, 'videos'))).sort()).toEqual([
      expect.stringMatching(/^__two-[0-9a-f]{8}\.mp4$/),
      'one.mp4',
    ]);
    expect(await readFile(join(folder.path, 'm.csv'), 'utf8')).toBe('id,status\r\n');
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

  it('ends with the exit code of the first item that failed, each told once', async () => {
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

  it('tells when it waits for its hours and when it will be done, and goes on when nobody watches', async () => {
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
    expect(stderr).toMatch(
      /b_1 goes on at[\s\S]*portrait watch --batch b_1 --download 'a folder'[\s\S]*portrait cancel --batch b_1[\s\S]*portrait retry --batch b_1/,
    );
  });

  it('refuses hours, zones and names that are none, before anything is asked of the batch', async () => {
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

describe('people', () => {
  it('are erased once that is sure, and it is waited for', async () => {
    let looks = 0;
    const api = scriptedApi({
      'GET /v1/people': page([person()]),
      [`DELETE /v1/people/${ANNA}`]: () => ({ id: 'e_1', status: 'erasing' }),
      'GET /v1/erasures/e_1': () => ({ id: 'e_1', status: looks++ === 0 ? 'erasing' : 'erased' }),
    });
    expect((await run(api, ['people', 'erase', '--person', 'anna'])).code).toBe(2);
    expect(api.count(`DELETE /v1/people/${ANNA}`)).toBe(0);
    expect((await run(api, ['people', 'erase', '--person', 'anna', '--yes'])).stdout).toContain(
      'the proof is erasure e_1',
    );
    expect(looks).toBe(2);
  });
});
