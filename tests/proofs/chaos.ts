// Trains people and renders videos while processes are killed at random. Every run must end with the bytes of the
// embedded run, with nothing partly visible in the store and nothing computed twice beyond the last checkpoint.
import { join } from 'node:path';
import { examineStore, readLedger, type Ledger } from './examine.js';
import { Killer, type Kill } from './killer.js';
import {
  fetchVideo,
  renderThroughApi,
  shownDigests,
  trainThroughApi,
  type Footage,
  type Made,
} from './small-portrait.js';
import type { Trial } from './trial.js';

export interface ChaosResult {
  kills: Kill[];
  runs: { seconds: number; kills: number; faults: string[] }[];
  store: Awaited<ReturnType<typeof examineStore>>;
  ledger: Ledger;
}

export interface ChaosOptions {
  trial: Trial;
  footage: Footage;
  /** What the embedded runner made of the footage. */
  truth: Made;
  kills: number;
  seed: number;
  /** Pause between two kills, seconds. */
  pause: readonly [number, number];
  say(line: string): void;
}

export async function runChaos({ trial, footage, truth, kills, seed, pause, say }: ChaosOptions): Promise<ChaosResult> {
  const killer = new Killer(trial.system, {
    kills,
    seed,
    pause,
    onKill: ({ victim, progress }) => {
      const when = progress === null ? '' : ` at ${Math.round(progress * 100)} %`;
      say(`  kill ${killer.kills.length} of ${kills}: ${victim}${when}`);
    },
  });
  const stop = new AbortController();
  const killing = killer.run(stop.signal);
  const runs: ChaosResult['runs'] = [];
  try {
    do {
      const [began, before] = [Date.now(), killer.kills.length];
      const faults = await runOnce(trial, footage, truth, killer);
      const run = { seconds: (Date.now() - began) / 1000, kills: killer.kills.length - before, faults };
      runs.push(run);
      const outcome = faults.length === 0 ? 'the same bytes' : faults.join('; ');
      say(`run ${runs.length}: ${run.kills} kills in ${Math.round(run.seconds)} s, ${outcome}`);
    } while (!killer.done);
  } finally {
    stop.abort();
    await killing;
  }
  return {
    kills: killer.kills,
    runs,
    store: await examineStore(trial.system.env, join(trial.directory, 'examined')),
    ledger: await readLedger(trial.directory),
  };
}

/** @returns what differs from the embedded run; empty when nothing does */
async function runOnce({ client }: Trial, footage: Footage, truth: Made, killer: Killer): Promise<string[]> {
  const person = await trainThroughApi(client, footage, (stages) => killer.saw(stages));
  if (person.status !== 'ready') return [`the person is ${person.status}: ${JSON.stringify(person.error)}`];
  const shown = shownDigests(person.stages);
  const faults = Object.entries(truth.digests).flatMap(([stage, outputs]) =>
    Object.entries(outputs)
      .filter(([role, digest]) => shown[stage]?.[role] !== digest)
      .map(([role]) => `${stage}.${role} has other bytes`),
  );
  const video = await renderThroughApi(client, person.id, footage, (stages) => killer.saw(stages));
  if (video.status !== 'ready') return [...faults, `the video is ${video.status}: ${JSON.stringify(video.error)}`];
  return (await fetchVideo(client, video.id)) === truth.video ? faults : [...faults, 'the video has other bytes'];
}
