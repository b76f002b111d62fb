import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, person, stage } from './api-responses.testing.js';
import { page, runRemote, useRemoteInputs } from './remote-commands.testing.js';
import { scriptedApi, type Script, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);

describe('retry and cancel', () => {
  const parked = (...names: string[]) =>
    person({ status: 'parked', stages: names.map((name) => stage(name, { status: 'parked', attempt: 1 })) });
  const script = (view: object, more: Script = {}): Script => ({
    'GET /v1/people': page([person()]),
    [`GET /v1/people/${ANNA}`]: () => view,
    ...more,
  });

  it('retry the only parked stage with changed parameters, or skip it', async () => {
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

  it('list the parked stages and refuse what cannot be retried', async () => {
    const attempt = async (view: object, ...argv: string[]): Promise<string> =>
      (await run(scriptedApi(script(view)), ['retry', '--person', 'anna', ...argv])).stderr;
    expect(await attempt(parked('landmarks', 'evaluate'))).toContain('2 parked stages: landmarks, evaluate');
    expect(await attempt(person())).toContain('no stage of it is parked');
    expect(await attempt(parked('landmarks'), '--set', 'ingest.steps=7')).toContain('only parameters of landmarks');
    expect(await attempt(parked('landmarks'), '--items', 'failed')).toContain('--items needs --batch');
    expect(await attempt(person({ status: 'cancelled' }), '--stage', 'ingest')).toContain('Resume the whole training');
  });

  it('resume a cancelled training', async () => {
    const api = scriptedApi(
      script(person({ status: 'cancelled' }), {
        [`POST /v1/people/${ANNA}:resume`]: () => person({ status: 'queued' }),
      }),
    );
    expect((await run(api, ['retry', '--person', 'anna', '--detach'])).code).toBe(0);
    expect(api.count(`POST /v1/people/${ANNA}:resume`)).toBe(1);
  });

  it('cancel a training by name', async () => {
    const api = scriptedApi(
      script(person(), { [`POST /v1/people/${ANNA}:cancel`]: () => person({ status: 'cancelled' }) }),
    );
    expect((await run(api, ['cancel', '--person', 'anna'])).stdout).toMatch(
      /is cancelled[\s\S]*portrait retry --person anna/,
    );
  });
});
