// npm run prove -- <what>: the long forms of the service specs. Takes minutes to an hour, prints what it saw, and
// ends with code 1 when a condition does not hold. Copy figures to docs/results.md by hand, with the machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';
import { timeCommandLine } from './command-line.js';
import { runLoad } from './load.js';
import { runNight } from './night.js';
import { makeEmbedded, trainThroughApi, THREADS, type Footage } from './small-portrait.js';
import { startIdleTrial, startTrial } from './trial.js';

const HELP = `npm run prove -- <what> [options]
  chaos   people trained and videos rendered while processes are killed: the same bytes, nothing twice
            --kills 40 --seed 1 --pause 3,12 (seconds between kills)
  night   a batch with poisoned items, a window that closes and a worker that dies; and the cost of a batch
            compared with the command line
            --items 200 --seconds 4 (of a video) --timed 40 (items of the comparison, each way)
            --close-after 120 (seconds)
  load    a batch whose renders do no work, with pollers
            --items 10000 --concurrency 20 --pollers 200 --poll-every 2 (seconds)
For chaos and night:  --video FILE  at least 12 s of a person speaking, MP4   --speech FILE  WAV`;

const say = (line: string): void => console.log(line);
const numbers = {
  kills: '40',
  seed: '1',
  items: '',
  seconds: '4',
  timed: '40',
  'close-after': '120',
  concurrency: '20',
  pollers: '200',
  'poll-every': '2',
};
type Name = keyof typeof numbers;

function readCommandLine() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      video: text,
      speech: text,
      pause: text,
      ...(Object.fromEntries(Object.keys(numbers).map((name) => [name, text])) as Record<Name, typeof text>),
    },
  });
  const number = (name: Name, fallback = numbers[name]): number => {
    const value = Number(values[name] ?? fallback);
    if (!(value >= 0)) throw new Error(`--${name} takes a number.`);
    return value;
  };
  const pause = (values.pause ?? '3,12').split(',').map(Number);
  if (pause.length !== 2 || !(pause[0]! >= 0 && pause[1]! >= pause[0]!))
    throw new Error('--pause takes two numbers, as in 3,12.');
  const footage = (): Footage => {
    if (values.video === undefined || values.speech === undefined) throw new Error('--video and --speech are needed.');
    return { video: resolve(values.video), speech: resolve(values.speech) };
  };
  return { what: positionals[0], number, footage, pause: pause as [number, number] };
}

type Arguments = ReturnType<typeof readCommandLine>;

/** @returns what was not as it must be */
type Proof = (args: Arguments, folder: string) => Promise<string[]>;

const chaos: Proof = async ({ number, footage, pause }, folder) => {
  say('The embedded run …');
  const truth = await makeEmbedded(join(folder, 'embedded'), footage());
  const trial = await startTrial(join(folder, 'system'), {
    env: { PORTRAIT_THREADS: String(THREADS), PORTRAIT_HEARTBEAT_SECONDS: '10' },
  });
  try {
    const result = await runChaos({
      trial,
      footage: footage(),
      truth,
      kills: number('kills'),
      seed: number('seed'),
      pause,
      say,
    });
    const { runs, store, ledger } = result;
    say(
      JSON.stringify(
        { runs, victims: tally(result.kills.map(({ victim }) => victim)), files: store.files, ...ledger },
        null,
        1,
      ),
    );
    return [...runs.flatMap(({ faults }) => faults), ...store.faults, ...ledger.faults];
  } finally {
    await trial.system.stop();
  }
};

const night: Proof = async ({ number, footage }, folder) => {
  const workers = availableParallelism();
  const [items, seconds, timed] = [number('items', '200'), number('seconds'), number('timed')];
  const { speech } = footage();
  say('The embedded run …');
  const store = join(folder, 'embedded');
  await makeEmbedded(store, footage());
  const trial = await startTrial(join(folder, 'system'), {
    copies: { render: workers },
    env: { PORTRAIT_THREADS: '1', PORTRAIT_HEARTBEAT_SECONDS: '10' },
  });
  try {
    const { id: personId } = await trainThroughApi(trial.client, footage());
    const base = { trial, personId, speech, seconds, concurrency: workers, say };
    const half = Math.ceil(timed / 2);
    const pairs: { commandLine: number; platform: number }[] = [];
    // In turns, so that a machine that slows down slows both. What was rendered before by either is not rendered again.
    for (let round = 0; round < 2; round++) {
      const first = items + round * half;
      const commandLine = await timeCommandLine({
        store,
        speech,
        items: half,
        first,
        concurrency: workers,
        seconds,
        threads: 1,
        out: join(folder, 'out'),
      });
      const { activeSeconds, counts } = await runNight({
        ...base,
        items: half,
        first,
        poisonEvery: null,
        kill: null,
        closeAfter: null,
      });
      pairs.push({ commandLine, platform: activeSeconds });
      say(
        `${half} videos: ${commandLine.toFixed(1)} s by the command line, ` +
          `${activeSeconds.toFixed(1)} s by the platform (${counts.done} done)`,
      );
    }
    const result = await runNight({
      ...base,
      items,
      poisonEvery: 20,
      kill: 'render-1',
      closeAfter: number('close-after'),
    });
    const overhead =
      pairs.reduce((sum, { platform }) => sum + platform, 0) /
        pairs.reduce((sum, { commandLine }) => sum + commandLine, 0) -
      1;
    say(JSON.stringify({ ...result, overhead }, null, 1));
    return result.faults;
  } finally {
    await trial.system.stop();
  }
};

const load: Proof = async ({ number }, folder) => {
  const concurrency = number('concurrency');
  const trial = await startIdleTrial(join(folder, 'system'), { concurrency });
  try {
    const result = await runLoad({
      trial,
      items: number('items', '10000'),
      concurrency,
      pollers: number('pollers'),
      pollEvery: number('poll-every'),
      say,
    });
    say(JSON.stringify(result, null, 1));
    return result.counts.done === result.counts.total
      ? []
      : [`${result.counts.total - result.counts.done} items were not done`];
  } finally {
    await trial.system.stop();
  }
};

const tally = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(words)].sort().map((word) => [word, words.filter((one) => one === word).length]));

async function main(): Promise<number> {
  let args: Arguments;
  let proof: Proof | undefined;
  try {
    args = readCommandLine();
    proof = { chaos, night, load }[args.what ?? ''];
    if (proof === undefined)
      throw new Error(args.what === undefined ? 'What is to be proven?' : `There is no proof ${args.what}.`);
    if (proof !== load) args.footage();
  } catch (error) {
    console.error(`${(error as Error).message}\n${HELP}`);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'portrait-proof-'));
  const faults = await proof(args, folder);
  if (faults.length === 0) {
    await rm(folder, { recursive: true, force: true });
    say('As it must be.');
    return 0;
  }
  say(`Not as it must be (logs are in ${folder}):\n  ${faults.join('\n  ')}`);
  return 1;
}

process.exit(await main());
