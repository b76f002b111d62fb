import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, person, video } from './api-responses.testing.js';
import { page, runRemote, sha256, uploads, useRemoteInputs } from './remote-commands.testing.js';
import { scriptedApi, URL_OF_API, type Script, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);

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
    join(inputs.folder, 'out/talk.mp4'),
    ...more,
  ];

  it('uploads the speech, renders and downloads identical bytes', async () => {
    const api = scriptedApi(script());
    const { code, stdout } = await run(
      api,
      render('--eyes', 'fixed:0.8', '--background', '#204060', '--shards', '3', '--smoothing', '1'),
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('talk.mp4')]);
    expect(await readFile(join(inputs.folder, 'out/talk.mp4'))).toEqual(made);
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

  it('reuses the idempotency key and the upload, and starts a cancelled render again', async () => {
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

  it('leaves no file when the hash of the download differs', async () => {
    const { code, stderr } = await run(
      scriptedApi(script({ 'GET /v1/videos/v_1': () => video({ files: files(Buffer.from('another')) }) })),
      render(),
    );
    expect([code, stderr]).toEqual([4, expect.stringContaining('ARTIFACT_CORRUPT')]);
    expect(await readdir(join(inputs.folder, 'out'))).toEqual([]);
  });

  it('requests a new link when one has expired', async () => {
    let served = 0;
    const api = scriptedApi(
      script({ 'GET /store/video': () => (served++ === 0 ? new Response('expired', { status: 403 }) : made) }),
    );
    expect((await run(api, render())).code).toBe(0);
    expect(api.count('GET /v1/videos/v_1')).toBeGreaterThanOrEqual(3);
  });

  it('refuses invalid outputs and people without a portrait before any upload', async () => {
    const api = scriptedApi(script({ 'GET /v1/people': page([person({ status: 'parked' })]) }));
    expect((await run(api, render())).stderr).toContain('there is no portrait yet');
    await mkdir(join(inputs.folder, 'taken.mp4'));
    expect(
      (await run(api, ['render', '--person', 'anna', '--self', '--out', join(inputs.folder, 'taken.mp4')])).stderr,
    ).toContain('is a folder');
    expect((await run(api, render('--background', 'transparent'))).stderr).toContain('cannot be transparent');
    expect(api.count('POST /v1/uploads')).toBe(0);
  });
});
