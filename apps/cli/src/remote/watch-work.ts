// Watches a training or render at a remote system until it ends. Shows progress like an embedded run and ends with the
// same exit codes.
import type { EventsQuery } from '@portrait/api-client';
import { PORTRAIT_GRAPH, PortraitError } from '@portrait/contracts';
import type { Session } from '../session.js';
import { titleOf } from '../terminal/progress-view.js';
import type { Failure, StageState } from './api-types.js';
import { watchChanges, type Change } from './watch-changes.js';
import type { Remote } from './connect.js';
import { errorFromFailure } from './failure.js';
import { StageReporter } from './stage-reporter.js';

/** Common fields of a person in training and a video in rendering. */
interface Work {
  id: string;
  status: string;
  error: Failure | null;
  stages: StageState[];
}

interface WatchedWork<W extends Work> {
  /** "The training of anna". */
  what: string;
  /** Arguments that identify it: ['--person', 'anna']. */
  target: string[];
  query: EventsQuery;
  get(): Promise<W>;
}

const ENDED = ['done', 'skipped', 'cancelled'];

export interface Outcome<W extends Work> {
  work: W;
  /** State when watching started. */
  before: W;
}

/** @throws PortraitError the failure of the work; CANCELLED when it was cancelled or the caller stops watching */
export async function watchWork<W extends Work>(
  session: Session,
  remote: Remote,
  watched: WatchedWork<W>,
): Promise<Outcome<W>> {
  const { what, query, get } = watched;
  const { signal, view } = session;
  const stillRuns = `${what} continues at ${remote.url}.`;
  session.interruptText = 'Stopped watching.';
  const reporter = new StageReporter(view.onEvent);
  try {
    const before = await get();
    reporter.update(before.stages);
    if (hasEnded(remote, watched, before, false)) return { work: before, before };
    let quiet = 0;
    for await (const change of watchChanges(remote.client, query, signal)) {
      if (change.type === 'gone') throw new PortraitError('NOT_FOUND', `${what} was erased.`);
      if (change.type === 'progress' && !reporter.progress(change.progress.stages)) continue;
      quiet = countQuiet(change, quiet);
      const work = await get();
      reporter.update(work.stages);
      if (hasEnded(remote, watched, work, quiet > 1)) return { work, before };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  view.close();
  throw new PortraitError('CANCELLED', stillRuns, {
    hint: [
      `  watch   ${remote.command('watch', ...watched.target)}`,
      `  cancel  ${remote.command('cancel', ...watched.target)}`,
    ].join('\n'),
  });
}

const countQuiet = (change: Change, before: number): number => (change.type === 'quiet' ? before + 1 : 0);

/** @param settled no event for a long time: waiting stages will not start any more */
function hasEnded(
  remote: Remote,
  watched: WatchedWork<Work>,
  { status, error, stages }: Work,
  settled: boolean,
): boolean {
  const { what, target } = watched;
  if (status === 'erasing') throw new PortraitError('NOT_FOUND', `${what} is being erased.`);
  if (status === 'cancelled')
    throw new PortraitError('CANCELLED', `${what} was cancelled. Finished work is kept.`, {
      hint:
        target[0] === '--person'
          ? `  resume  ${remote.command('retry', ...target)}`
          : 'Run the command that started it again.',
    });
  if (status === 'failed')
    throw error === null
      ? new PortraitError('INTERNAL', `${what} failed without a reason.`)
      : errorFromFailure(error, 'Then run the command that started it again.');
  if (stages.some((stage) => stage.status === 'running')) return false;
  const parked = stages.filter((stage) => stage.status === 'parked');
  if (parked.length > 0) throw parkedError(remote, what, target, parked);
  return status === 'ready' && (settled || stages.every((stage) => ENDED.includes(stage.status)));
}

/** The failure of the first parked stage, with the commands that resume each. */
function parkedError(
  remote: Remote,
  what: string,
  target: readonly string[],
  parked: readonly StageState[],
): PortraitError {
  const [first] = parked;
  const { code, message, hint, at } = first!.error ?? {
    code: 'INTERNAL',
    message: 'No reason was given.',
    hint: null,
    at: null,
  };
  const names = parked.map(({ stage }) => titleOf(stage)).join(' and ');
  const next = [
    hint ?? '',
    `${parked.length === 1 ? 'The stage is' : 'The stages are'} parked; finished work is kept. Resume with:`,
    ...parked.map(({ stage }) => remote.command('retry', ...target, '--stage', stage)),
    ...parked
      .filter(({ stage }) => PORTRAIT_GRAPH[stage]?.skip !== undefined)
      .map(({ stage }) => `${remote.command('retry', ...target, '--stage', stage, '--skip')}   (without it)`),
    `Add --set ${first!.stage.split('.')[0]}.PARAMETER=VALUE to change a parameter.`,
  ];
  const failure = errorFromFailure({
    code,
    message: `${what} is waiting for a decision: ${names}: ${message}`,
    hint: null,
    at,
  });
  return new PortraitError(failure.code, failure.message, {
    hint: next.filter((line) => line !== '').join('\n'),
    at: { stage: first!.stage, ...failure.at },
  });
}
