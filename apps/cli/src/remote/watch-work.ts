// Follows a training or a render at a remote system until it has ended, drawn as an embedded run is, and ends with the same exit codes.
import type { EventsQuery } from '@portrait/api-client';
import { PORTRAIT_GRAPH, PortraitError } from '@portrait/contracts';
import type { Session } from '../session.js';
import { titleOf } from '../terminal/progress-view.js';
import type { Failure, StageState } from './api-types.js';
import { watchChanges, type Change } from './watch-changes.js';
import type { Remote } from './connect.js';
import { errorFromFailure } from './failure.js';
import { StageReporter } from './stage-reporter.js';

/** What a person who is trained and a video that is rendered have in common. */
export interface Work {
  id: string;
  status: string;
  error: Failure | null;
  stages: StageState[];
}

export interface WatchedWork<W extends Work> {
  /** "The training of anna". */
  what: string;
  /** Words after the command that name it: ['--person', 'anna']. */
  target: string[];
  query: EventsQuery;
  see(): Promise<W>;
}

const ENDED = ['done', 'skipped', 'cancelled'];

export interface Outcome<W extends Work> {
  work: W;
  /** As it stood when watching began. */
  before: W;
}

/** @throws PortraitError as the work itself failed; CANCELLED when it was, and when the caller stops watching */
export async function watchWork<W extends Work>(
  session: Session,
  remote: Remote,
  watched: WatchedWork<W>,
): Promise<Outcome<W>> {
  const { what, query, see } = watched;
  const { signal, view } = session;
  const stillRuns = `${what} goes on at ${remote.url}.`;
  session.interruptText = 'Leaving.';
  const reporter = new StageReporter(view.onEvent);
  try {
    const before = await see();
    reporter.see(before.stages);
    if (hasEnded(remote, watched, before, false)) return { work: before, before };
    let quiet = 0;
    for await (const change of watchChanges(remote.client, query, signal)) {
      if (change.type === 'gone') throw new PortraitError('NOT_FOUND', `${what} was erased.`);
      if (change.type === 'progress' && !reporter.progress(change.progress.stages)) continue;
      quiet = countQuiet(change, quiet);
      const work = await see();
      reporter.see(work.stages);
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

/** @param settled nothing was told for long: what waits now will not begin any more */
function hasEnded(remote: Remote, watched: WatchedWork<Work>, { status, error, stages }: Work, settled: boolean): boolean {
  const { what, target } = watched;
  if (status === 'erasing') throw new PortraitError('NOT_FOUND', `${what} is being erased.`);
  if (status === 'cancelled')
    throw new PortraitError('CANCELLED', `${what} was cancelled; what was done is resumeStore.`, {
      hint:
        target[0] === '--person'
          ? `  go on   ${remote.command('retry', ...target)}`
          : 'The command that began it begins it again.',
    });
  if (status === 'failed')
    throw error === null
      ? new PortraitError('INTERNAL', `${what} has failed and does not say why.`)
      : errorFromFailure(error, 'Then give the same command that began it.');
  if (stages.some((stage) => stage.status === 'running')) return false;
  const parked = stages.filter((stage) => stage.status === 'parked');
  if (parked.length > 0) throw parkedError(remote, what, target, parked);
  return status === 'ready' && (settled || stages.every((stage) => ENDED.includes(stage.status)));
}

/** The failure of the first, and what can be done about each. */
function parkedError(
  remote: Remote,
  what: string,
  target: readonly string[],
  parked: readonly StageState[],
): PortraitError {
  const [first] = parked;
  const { code, message, hint, at } = first!.error ?? {
    code: 'INTERNAL',
    message: 'It does not say why.',
    hint: null,
    at: null,
  };
  const names = parked.map(({ stage }) => titleOf(stage)).join(' and ');
  const next = [
    hint ?? '',
    `${parked.length === 1 ? 'The stage is' : 'The stages are'} parked and what is done is resumeStore. Go on with:`,
    ...parked.map(({ stage }) => remote.command('retry', ...target, '--stage', stage)),
    ...parked
      .filter(({ stage }) => PORTRAIT_GRAPH[stage]?.skip !== undefined)
      .map(({ stage }) => `${remote.command('retry', ...target, '--stage', stage, '--skip')}   (without it)`),
    `A parameter is changed by --set ${first!.stage.split('.')[0]}.PARAMETER=VALUE.`,
  ];
  const failure = errorFromFailure({ code, message: `${what} waits: ${names}: ${message}`, hint: null, at });
  return new PortraitError(failure.code, failure.message, {
    hint: next.filter((line) => line !== '').join('\n'),
    at: { stage: first!.stage, ...failure.at },
  });
}
