import { PRESETS } from '@portrait/catalog';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { PORTRAIT_GRAPH, PortraitError, type StageName } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { fixtureRegistry } from '@portrait/stage-kit';
import { commandReference } from './commands/reference.js';
import { PRESET_HELP } from './commands/options.js';
import { invoke, makeInputs, removeMedia, type Invocation } from './invocation.testing.js';

const train = ({ video, consent, store }: Awaited<ReturnType<typeof makeInputs>>, ...more: string[]): string[] => [
  'train',
  '--video',
  video,
  '--person',
  'anna',
  '--consent',
  consent,
  '--store',
  store,
  ...more,
];

afterAll(removeMedia);

describe('help', () => {
  it('has examples for every command', () => {
    const commands = commandReference();
    expect(commands.length).toBeGreaterThanOrEqual(16);
    expect(commands.filter(({ help }) => !/Examples:\n {2}\$ portrait /.test(help)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('names every preset', () => {
    expect(Object.keys(PRESETS).filter((name) => !PRESET_HELP.includes(name))).toEqual([]);
  });

  it('suggests the closest command and exits with the usage code', async () => {
    const { code, stderr } = await invoke(['trian']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/train/);
  });
});

describe('train', () => {
  it('trains a portrait and computes nothing the second time', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const ran: StageName[] = [];
    const registry = fixtureRegistry({ onRun: (stage) => ran.push(stage) });
    const first = await invoke(train(inputs, '--json'), registry);
    expect(first.code).toBe(0);
    expect([...ran].sort()).toEqual(Object.keys(PORTRAIT_GRAPH).sort());
    expect(first.events.at(-1)).toMatchObject({ type: 'result', complete: true });
    const record = JSON.parse(
      await readFile(join(inputs.store, 'people/anna/records/portrait.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(record).toMatchObject({ preset: 'standard', extractor: { name: 'fixture-features', version: 3 }, seed: 1 });
    expect((record['consent'] as { kind: string }).kind).toBe('consent');

    ran.length = 0;
    const second = await invoke(train(inputs), registry);
    expect(second.code).toBe(0);
    expect(ran).toEqual([]);
    expect(second.stdout).toContain('nothing had to be computed');
    expect(JSON.parse(await readFile(join(inputs.store, 'people/anna/records/portrait.json'), 'utf8'))).toEqual(record);
  });

  it('runs only the stages that depend on a changed parameter, as --dry-run predicts', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const ran: StageName[] = [];
    const registry = fixtureRegistry({ onRun: (stage) => ran.push(stage) });
    await invoke(train(inputs), registry);
    ran.length = 0;
    const plan = await invoke(
      train(inputs, '--set', 'neck-inpainting.optim.rate=0.25', '--dry-run', '--json'),
      registry,
    );
    const states = Object.fromEntries(plan.events.map((event) => [event['node'], event['state']]));
    expect(ran).toEqual([]);
    expect(states).toMatchObject({
      ingest: 'done',
      'face-tracking': 'done',
      'neck-inpainting': 'run',
      'torso-training': 'depends',
    });
    expect(plan.events.find((event) => event['node'] === 'neck-inpainting')!['reasons']).toEqual([
      'parameter optim.rate 0.5 → 0.25',
    ]);
    await invoke(train(inputs, '--set', 'neck-inpainting.optim.rate=0.25'), registry);
    expect(ran).toEqual(['neck-inpainting', 'head-training', 'lips-finetuning', 'torso-training', 'evaluate']);
  });

  it('stops at --until and computes --retry again', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const ran: StageName[] = [];
    const registry = fixtureRegistry({ onRun: (stage) => ran.push(stage) });
    expect((await invoke(train(inputs, '--until', 'landmarks'), registry)).stdout).toContain('Done up to landmarks');
    expect(ran).toEqual(['ingest', 'landmarks']);
    await invoke(train(inputs, '--until', 'landmarks', '--retry', 'landmarks'), registry);
    expect(ran).toEqual(['ingest', 'landmarks', 'landmarks']);
  });

  it('refuses to train without consent and reuses a recorded one', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const without = ['train', '--video', inputs.video, '--person', 'anna', '--store', inputs.store];
    const refused = await invoke(without, fixtureRegistry());
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/no consent record[\s\S]*--consent FILE[\s\S]*CONSENT_MISSING/);
    expect(await readdir(join(inputs.store, 'people'))).toEqual([]);
    expect((await invoke(train(inputs), fixtureRegistry())).code).toBe(0);
    expect((await invoke(without, fixtureRegistry())).code).toBe(0);
  });

  it('names every mistake of a consent file', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    await writeFile(inputs.consent, JSON.stringify({ grantedBy: 'Anna', date: 'yesterday' }));
    const { code, stderr } = await invoke(train(inputs), fixtureRegistry());
    expect(code).toBe(2);
    expect(stderr).toMatch(/subject[\s\S]*date[\s\S]*purpose/);
  });

  it('names every invalid parameter in one error and suggests the closest names', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const { code, stderr } = await invoke(
      train(
        inputs,
        '--set',
        'head-trainig.steps=3',
        '--set',
        'ingest.setps=3',
        '--set',
        'landmarks.steps=1000',
        '--set',
        'nonsense',
      ),
      fixtureRegistry(),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /4 parameters[\s\S]*Did you mean head-training[\s\S]*Did you mean steps[\s\S]*"nonsense"[\s\S]*landmarks\.steps/,
    );
  });

  it.each([
    ['does not exist', 4, async (_: string) => 'nowhere.mp4'],
    ['is a folder', 2, async (folder: string) => folder],
    [
      'is empty',
      3,
      async (folder: string) => (await writeFile(join(folder, 'empty.mp4'), ''), join(folder, 'empty.mp4')),
    ],
  ])('refuses a video that %s', async (words, exitCode, make) => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const { code, stderr } = await invoke(train({ ...inputs, video: await make(folder.path) }), fixtureRegistry());
    expect(code).toBe(exitCode);
    expect(stderr).toContain(words);
  });

  it.each([`-it's "quoted" and spaced.mp4`, 'ünïcödé 日本; $(x).mp4'])('accepts a video named %s', async (name) => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const video = join(folder.path, name);
    await rename(inputs.video, video);
    const { code } = await invoke(
      ['train', `--video=${video}`, '--consent', inputs.consent, '--store', inputs.store, '--until', 'ingest'],
      fixtureRegistry(),
    );
    expect(code).toBe(0);
    expect(await readdir(join(inputs.store, 'people'))).toHaveLength(1);
  });

  it('refuses a concurrent run of the same work on one store and names the holder', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const second: Invocation[] = [];
    const registry = fixtureRegistry({
      onRun: async (stage) =>
        stage === 'ingest' && second.length === 0 ? second.push(await invoke(train(inputs), registry)) : undefined,
    });
    expect((await invoke(train(inputs), registry)).code).toBe(0);
    expect(second.map(({ code }) => code)).toEqual([6]);
    expect(second[0]!.stderr).toMatch(new RegExp(`process ${process.pid}[\\s\\S]*STORE_BUSY`));
  });

  it('reports a failed stage with place and hint, records it for the page, and resumes later', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const error = new PortraitError('TRACKING_FAILED', 'The head turns away.', {
      hint: 'Cut this part.',
      at: { stage: 'face-tracking', frame: 12 },
    });
    const failed = await invoke(train(inputs), fixtureRegistry({ fails: { stage: 'face-tracking', error } }));
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/The head turns away\.[\s\S]*face-tracking · frame 12[\s\S]*Cut this part/);
    const page = await invoke(['inspect', '--person', 'anna', '--store', inputs.store], fixtureRegistry());
    expect(await readFile(page.stdout.split('\n')[0]!, 'utf8')).toContain('The head turns away.');
    const ran: StageName[] = [];
    expect((await invoke(train(inputs), fixtureRegistry({ onRun: (stage) => ran.push(stage) }))).code).toBe(0);
    expect(ran[0]).toBe('face-tracking');
  });

  it('exits with 130 on abort, and the same command resumes', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    const controller = new AbortController();
    const ran: StageName[] = [];
    const stopped = await invoke(
      train(inputs),
      fixtureRegistry({ onRun: (stage) => (ran.push(stage), stage === 'landmarks' && controller.abort()) }),
      { signal: controller.signal },
    );
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Run the same command again');
    ran.length = 0;
    expect((await invoke(train(inputs), fixtureRegistry({ onRun: (stage) => ran.push(stage) }))).code).toBe(0);
    expect(ran[0]).toBe('landmarks');
  });
});

describe('render', () => {
  const render = (store: string, ...more: string[]): string[] => [
    'render',
    '--person',
    'anna',
    '--store',
    store,
    ...more,
  ];

  it('lists the people with a portrait when this person has none', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    await invoke(train(inputs), fixtureRegistry());
    const { code, stderr } = await invoke(
      [
        'render',
        '--person',
        'bert',
        '--audio',
        inputs.audio,
        '--out',
        join(folder.path, 'o.mp4'),
        '--store',
        inputs.store,
      ],
      fixtureRegistry(),
    );
    expect(code).toBe(4);
    expect(stderr).toContain('There is one of: anna');
  });

  it('refuses invalid and unwritable outputs', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    await invoke(train(inputs), fixtureRegistry());
    const attempt = async (out: string, ...more: string[]): Promise<string> =>
      (await invoke(render(inputs.store, '--audio', inputs.audio, '--out', out, ...more), fixtureRegistry())).stderr;
    await mkdir(join(folder.path, 'taken.mp4'));
    expect(await attempt(join(folder.path, 'taken.mp4'))).toContain('is a folder');
    expect(await attempt(join(folder.path, 'o.avi'))).toContain('must end in .mp4, .mov or .webm');
    expect(await attempt(join(folder.path, 'o.mp4'), '--background', 'transparent')).toContain('cannot be transparent');
    expect(await attempt(join(inputs.store, 'o.mp4'))).toContain('inside the store');
    await writeFile(join(folder.path, 'a file'), 'x');
    expect(await attempt(join(folder.path, 'a file', 'o.mp4'))).toContain('cannot be written');
    expect(await attempt(join(folder.path, 'o.mp4'), '--pose', 'sideways')).toContain('--pose sideways');
    expect(await attempt(join(folder.path, 'o.mp4'), '--self')).toContain('either --audio FILE or --self');
  });
});

describe('stage', () => {
  it('describes parameters and runs one stage from a file', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    expect((await invoke(['stage', 'describe', 'ingest'], fixtureRegistry())).stdout).toMatch(
      /optim\.rate[\s\S]*from 0 to 1[\s\S]*default 0\.5[\s\S]*learning rate/,
    );
    const run = await invoke(
      [
        'stage',
        'run',
        'ingest',
        '--person',
        'anna',
        '--store',
        inputs.store,
        '--input',
        `video=${inputs.video}`,
        '--set',
        'steps=3',
        '--out',
        join(folder.path, 'out'),
      ],
      fixtureRegistry(),
    );
    expect(run.code).toBe(0);
    expect((await readdir(join(folder.path, 'out'))).sort()).toEqual([
      'audio.wav',
      'clip.json',
      'look.png',
      'video.mkv',
    ]);
  });

  it('names the missing inputs', async () => {
    await using folder = await temporaryDirectory();
    const { code, stderr } = await invoke(
      ['stage', 'run', 'face-tracking', '--person', 'anna', '--store', folder.path],
      fixtureRegistry(),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('also needs clip (clip), landmarks (landmarks)');
  });
});

describe('people', () => {
  it('erases all data of a person', async () => {
    await using folder = await temporaryDirectory();
    const inputs = await makeInputs(folder.path);
    await invoke(train(inputs), fixtureRegistry());
    expect((await invoke(['people', 'list', '--store', inputs.store])).stdout).toContain('anna');
    expect((await invoke(['people', 'erase', '--person', 'anna', '--store', inputs.store])).code).toBe(2);
    expect((await invoke(['people', 'erase', '--person', 'anna', '--yes', '--store', inputs.store])).code).toBe(0);
    expect(await readdir(join(inputs.store, 'people'))).toEqual([]);
  });
});
