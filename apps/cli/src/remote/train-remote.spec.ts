import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, person } from './api-responses.testing.js';
import { page, runRemote, sha256, trainCommand, training, useRemoteInputs } from './remote-commands.testing.js';
import { refusal, scriptedApi, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);
const train = (...more: string[]): string[] => trainCommand(inputs, ...more);

describe('train', () => {
  it('records consent, uploads the video with its hash, starts the training and prints its result', async () => {
    const api = scriptedApi(training());
    const { code, events: output } = await run(api, train('--set', 'ingest.steps=3', '--json'));
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
    expect(output.at(-1)).toMatchObject({ type: 'result', command: 'train', person: 'anna', complete: true });
    expect(output.map(({ type }) => type)).toEqual(expect.arrayContaining(['start', 'progress', 'done', 'accepted']));
  });

  it('uploads nothing without consent', async () => {
    const api = scriptedApi(training());
    const { code, stderr } = await run(api, ['train', '--video', inputs.video, '--person', 'anna']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('CONSENT_MISSING')]);
    expect(api.count('POST /v1/uploads')).toBe(0);
  });

  it('resumes an interrupted upload', async () => {
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
      expect.stringMatching(/during the upload of my clip\.mkv[\s\S]*same command again/),
    ]);
    const api = scriptedApi(script);
    expect((await run(api, train())).code).toBe(0);
    expect([api.count('POST /v1/uploads'), api.count('PUT /store/1'), api.count('POST /v1/people')]).toEqual([0, 1, 1]);
    expect(await readdir(join(inputs.folder, 'cache/remote'))).toEqual([]);
  });

  describe('of an existing person', () => {
    const hash = async (): Promise<string> => sha256(await readFile(inputs.video));
    const known = async (more: Parameters<typeof person>[0] = {}) =>
      person({ metadata: { videoSha256: await hash() }, ...more });

    it('does nothing when the portrait is complete', async () => {
      const anna = await known();
      const api = scriptedApi(training({ 'GET /v1/people': page([anna]) }));
      const { code, stdout } = await run(api, train());
      expect([code, stdout]).toEqual([0, expect.stringContaining('nothing had to be computed')]);
      expect([api.count('POST /v1/people'), api.count('POST /v1/uploads'), api.count('POST /v1/consents')]).toEqual([
        0, 0, 0,
      ]);
    });

    it('resumes with changed parameters and resumes a cancelled training', async () => {
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
      ['another video', { metadata: {} }, 'was trained on another video'],
      ['another preset and seed', { preset: 'preview', seed: 3 }, 'started with preset preview, seed 3'],
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

    it('watches the training that a concurrent command started', async () => {
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
