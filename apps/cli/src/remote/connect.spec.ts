import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { invoke, type Invocation } from '../invocation.testing.js';
import { ANNA, person } from './api-responses.testing.js';
import { page, runRemote, trainCommand, training, useRemoteInputs } from './remote-commands.testing.js';
import { refusal, scriptedApi, URL_OF_API, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);
const train = (...more: string[]): string[] => trainCommand(inputs, ...more);

describe('address and key of the remote system', () => {
  it('uses PORTRAIT_REMOTE unless an option overrides it', async () => {
    const api = scriptedApi({ 'GET /v1/people': page([person()]) });
    const env = {
      PATH: process.env['PATH'],
      PORTRAIT_REMOTE: `${URL_OF_API}/`,
      PORTRAIT_API_KEY: 'pk_spec',
      PORTRAIT_STORE: inputs.store,
    };
    expect((await invoke(['people', 'list'], undefined, { fetch: api.fetch, env })).stdout).toContain(ANNA);
    expect((await invoke(['people', 'list', '--no-remote'], undefined, { fetch: api.fetch, env })).stdout).toContain(
      'This store contains no people',
    );
    expect(api.last('GET /v1/people').headers.get('authorization')).toBe('Bearer pk_spec');
  });

  it('uses the key written by `portrait up` in the current folder and sends it to no other server', async () => {
    const before = process.cwd();
    await mkdir(join(inputs.folder, 'portrait-data'));
    await writeFile(
      join(inputs.folder, 'portrait-data/system.json'),
      JSON.stringify({ pid: 1, apiUrl: 'http://127.0.0.1:8123', startedAt: '' }),
    );
    await writeFile(join(inputs.folder, 'portrait-data/admin-key'), 'pk_local\n');
    const api = scriptedApi({ 'GET /v1/people': page([]) });
    const list = (url: string): Promise<Invocation> =>
      invoke(['people', 'list', '--remote', url], undefined, { fetch: api.fetch });
    process.chdir(inputs.folder);
    try {
      expect((await list('http://localhost:8123')).code).toBe(0);
      expect(api.last('GET /v1/people').headers.get('authorization')).toBe('Bearer pk_local');
      for (const other of ['http://127.0.0.1:8124', 'http://api.test:8123'])
        expect((await list(other)).stderr).toContain(`There is no key for ${other}`);
    } finally {
      process.chdir(before);
    }
  });

  it('reports a missing or refused key with a hint and without the key', async () => {
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

  it.each(['api.test', 'ftp://api.test', 'http://user:secret@api.test'])('refuses the address %s', async (url) => {
    const { code, stderr } = await invoke(['people', 'list', '--remote', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('INVALID_ARGUMENT');
    expect(stderr).not.toContain('secret@');
  });

  it('warns about an unencrypted connection', async () => {
    expect((await run(scriptedApi({ 'GET /v1/people': page([]) }), ['people', 'list'])).stderr).toContain(
      'not encrypted',
    );
  });
});

describe('options', () => {
  it('for this machine are refused in one error, before any request', async () => {
    const api = scriptedApi({});
    const { code, stderr } = await run(
      api,
      train('--dry-run', '--until', 'ingest', '--store', 's', '--threads', '2', '--retry', 'ingest'),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/--store[\s\S]*--threads[\s\S]*--dry-run[\s\S]*--until[\s\S]*--retry[\s\S]*--no-remote/);
    expect(api.requests).toEqual([]);
  });

  it('for remote systems are refused on this machine, with the local alternative', async () => {
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

  it('are checked against the stages and presets of the remote system', async () => {
    const api = scriptedApi(training());
    expect((await run(api, train('--set', 'head-trainig.steps=3', '--set', 'ingest.stepz=3'))).stderr).toMatch(
      /2 parameters[\s\S]*Did you mean head-training[\s\S]*Did you mean steps/,
    );
    expect((await run(api, train('--preset', 'standart'))).stderr).toContain('Did you mean standard');
    expect(api.count('POST /v1/uploads')).toBe(0);
  });
});
