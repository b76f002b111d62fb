import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, person } from './api-responses.testing.js';
import { page, runRemote, useRemoteInputs } from './remote-commands.testing.js';
import { scriptedApi, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);

describe('people', () => {
  it('are erased after confirmation, and the command waits for the end', async () => {
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
