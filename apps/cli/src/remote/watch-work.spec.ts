import { describe, expect, it } from '@jest/globals';
import { type Invocation } from '../invocation.testing.js';
import { ANNA, doneStages, person, stage } from './api-responses.testing.js';
import { page, runRemote, useRemoteInputs } from './remote-commands.testing.js';
import { events, scriptedApi, URL_OF_API, type ScriptedApi } from './scripted-api.testing.js';

const inputs = useRemoteInputs();
const run = (api: ScriptedApi, argv: string[], more?: Parameters<typeof runRemote>[3]): Promise<Invocation> =>
  runRemote(inputs, api, argv, more);

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

  it('ends with the exit code of the parked stage and prints the command that resumes it', async () => {
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

  it('watches until the work has ended', async () => {
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
    const { code, events: output } = await run(api, ['watch', '--person', 'anna', '--json']);
    expect(code).toBe(0);
    expect(output.filter((event) => event['stage'] === 'evaluate').map(({ type }) => type)).toEqual([
      'start',
      'progress',
      'done',
    ]);
    expect(output.at(-1)).toMatchObject({ type: 'result', computed: ['evaluate'] });
  });

  it('leaves the work running when interrupted and prints the commands to watch and cancel it', async () => {
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
    const lines = stderr.trim().split('\n');
    expect(lines.slice(-3)).toEqual([
      'The training of anna continues at http://api.test.',
      '  watch   portrait watch --person anna --remote http://api.test',
      '  cancel  portrait cancel --person anna --remote http://api.test',
    ]);
    expect(api.count('POST /v1/people/*')).toBe(0);
  });

  it('ends with the exit code of cancelled, failed and erased work', async () => {
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

  it('refuses an ambiguous name, and lists the known people for an unknown one', async () => {
    const api = scriptedApi({ 'GET /v1/people': page([person(), person({ id: 'p_bbbbbbbbbbbbbbbbbbbb' })]) });
    expect((await run(api, ['watch', '--person', 'anna'])).stderr).toMatch(
      /2 people have the name "anna":\n {2}p_a+ {2}ready[\s\S]*p_b+[\s\S]*Give the id/,
    );
    const unknown = await run(api, ['watch', '--person', 'bert']);
    expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('Known people: anna, anna.')]);
    expect((await run(api, ['watch'])).code).toBe(2);
    expect((await run(api, ['watch', '--person', 'anna', '--out', 'x.mp4'])).stderr).toContain('--out needs --video');
  });
});
