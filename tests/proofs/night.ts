// A batch of many short videos through the API: some items invalid, a window that closes in the middle, a killed
// worker. All three are optional, so that the plain form gives the time of a batch.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, type components } from '@portrait/api-client';
import { readLedger } from './examine.js';
import { patient, upload } from './small-portrait.js';
import type { Trial } from './trial.js';

type Batch = components['schemas']['Batch'];
type Item = NonNullable<components['schemas']['CreateBatch']['items']>[number];

export interface NightOptions {
  trial: Trial;
  /** Of a person that is ready. */
  personId: string;
  speech: string;
  items: number;
  /** Number of the first one; what differs between videos is where in the speech they begin. */
  first?: number;
  /** Every how many items one cannot be rendered; null: all can. */
  poisonEvery: number | null;
  /** Videos under way at a time: the render workers there are. */
  concurrency: number;
  /** Length of a video, seconds. */
  seconds: number;
  /** Service that is killed when a third is done; null: none. */
  kill: string | null;
  /** The window closes for a minute at the full minute after so many seconds; null: it is always open. */
  closeAfter: number | null;
  say(line: string): void;
}

export interface NightResult {
  status: string;
  counts: Batch['counts'];
  /** From the first item's begin to the end, without the pause, seconds. */
  activeSeconds: number;
  pausedSeconds: number;
  /** Good items without a video, runs computed twice, poisoned items without a reason, wrong manifest entries. */
  faults: string[];
  /** Of the time left as told when half was done: (told − true) / true. */
  forecastError: number | null;
}

const MINUTE = 60_000;
/** Where in the speech the `n`th video begins, seconds: a frame later each. */
export const startOf = (n: number): number => n / 25;

/** Mistakes that only the render finds: no such second in the speech, no such frame in the clip. */
const POISONS: Item['params'][] = [
  { render: { startSeconds: 86_400 } },
  { render: { pose: 'held', heldFrame: 1_000_000 } },
];

export async function runNight({
  trial,
  personId,
  speech,
  items,
  first = 0,
  poisonEvery,
  concurrency,
  seconds,
  kill,
  closeAfter,
  say,
}: NightOptions): Promise<NightResult> {
  const { client, system } = trial;
  const uploadId = await upload(client, speech, { kind: 'audio', contentType: 'audio/wav', personId });
  const isBad = (n: number): boolean => poisonEvery !== null && n % poisonEvery === poisonEvery - 1;
  const itemOf = (n: number): Item => {
    const good: Item = {
      id: `item ${n}`,
      personId,
      audio: { uploadId },
      params: { render: { startSeconds: startOf(first + n), durationSeconds: seconds } },
    };
    return isBad(n) ? { ...good, params: POISONS[Math.floor(n / poisonEvery!) % POISONS.length]! } : good;
  };
  const window = closeAfter === null ? null : openBut(Math.ceil((Date.now() + closeAfter * 1000) / MINUTE) * MINUTE);
  const body = { items: Array.from({ length: items }, (_, n) => itemOf(n)), concurrency, window };
  const { id } = await patient(() =>
    answer(client.POST('/v1/batches', { params: { header: { 'Idempotency-Key': randomUUID() } }, body })),
  );
  const look = (): Promise<Batch> =>
    patient(() => answer(client.GET('/v1/batches/{id}', { params: { path: { id } } })));

  let killed = kill === null;
  let told: { at: number; end: number } | null = null;
  let pausedMs = 0;
  let batch = await look();
  for (let before = Date.now(); batch.status !== 'done' && batch.status !== 'cancelled'; batch = await look()) {
    const ended = batch.counts.done + batch.counts.failed;
    if (!killed && ended >= items / 3) {
      killed = true;
      say(`  ${ended} of ${items} have ended: ${kill} is killed`);
      system.services.find(({ name }) => name === kill)!.kill();
    }
    if (told === null && ended >= items / 2 && batch.forecastAt !== null)
      told = { at: Date.now(), end: Date.parse(batch.forecastAt) };
    await sleep(500);
    if (batch.status === 'paused' && batch.counts.running === 0) pausedMs += Date.now() - before;
    before = Date.now();
  }
  const [begin, end] = [Date.parse(batch.startedAt!), Date.parse(batch.finishedAt!)];
  const { items: entries } = await patient(() =>
    answer(client.GET('/v1/batches/{id}/manifest.json', { params: { path: { id } } })),
  );
  const faults: string[] = [];
  const hashes = new Set<string>();
  for (let n = 0; n < items; n++) {
    const entry = entries.find((one) => one.id === `item ${n}`);
    if (entry === undefined) faults.push(`item ${n} is not in the manifest`);
    else if (isBad(n) !== (entry.status === 'failed'))
      faults.push(`item ${n} is ${entry.status}: ${entry.errorMessage}`);
    else if (isBad(n) && (entry.errorCode === null || entry.errorMessage === null))
      faults.push(`item ${n} failed without a reason`);
    else if (!isBad(n) && (entry.sha256 === null || hashes.has(entry.sha256)))
      faults.push(`item ${n} has no video of its own`);
    else if (!isBad(n)) hashes.add(entry.sha256!);
  }
  faults.push(...(await readLedger(trial.directory)).faults);
  const forecastError = told === null ? null : (told.end - end) / (end - told.at);
  return {
    status: batch.status,
    counts: batch.counts,
    activeSeconds: (end - begin - pausedMs) / 1000,
    pausedSeconds: pausedMs / 1000,
    faults,
    forecastError,
  };
}

/** Open all day but for the minute that begins at `instant`. */
function openBut(instant: number): NonNullable<components['schemas']['CreateBatch']['window']> {
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  return { from: clock(instant + MINUTE), to: clock(instant), timeZone: 'UTC' };
}
