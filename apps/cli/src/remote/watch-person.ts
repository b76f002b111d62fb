// Watches the training of a person and prints its result like an embedded training.
import { answer } from '@portrait/api-client';
import { formatDuration } from '@portrait/observability';
import type { Session } from '../session.js';
import type { Person, PersonSummary } from './api-types.js';
import type { Remote } from './connect.js';
import { nameOf } from './find-person.js';
import { watchWork, type Outcome } from './watch-work.js';

export async function watchPerson(
  session: Session,
  remote: Remote,
  summary: Pick<PersonSummary, 'id' | 'name'>,
): Promise<void> {
  const { id } = summary;
  const name = nameOf(summary);
  const outcome = await watchWork(session, remote, {
    what: `The training of ${name}`,
    target: ['--person', name],
    query: { personId: id },
    get: () => answer(remote.client.GET('/v1/people/{id}', { params: { path: { id } } })),
  });
  printTrained(session, remote, outcome);
}

function printTrained({ console }: Session, remote: Remote, { work: person, before }: Outcome<Person>): void {
  const name = nameOf(person);
  const doneBefore = new Set(before.stages.filter(({ status }) => status === 'done').map(({ stage }) => stage));
  const computed = person.stages.filter(
    ({ stage, status, cached }) => status === 'done' && cached !== true && !doneBefore.has(stage),
  );
  const wallMs = computed.reduce((sum, { seconds }) => sum + (seconds ?? 0) * 1000, 0);
  const warnings = person.stages.flatMap(({ findings }) => findings).filter(({ level }) => level === 'warning').length;
  console.event({
    type: 'result',
    command: 'train',
    person: name,
    id: person.id,
    complete: true,
    computed: computed.map(({ stage }) => stage),
    wallMs,
    metrics: person.stages.find(({ stage }) => stage === 'evaluate')?.metrics,
  });
  console.print();
  const done = `${computed.length} stage${computed.length === 1 ? '' : 's'}, ${formatDuration(wallMs)} of work`;
  console.print(
    computed.length === 0
      ? `The portrait of ${name} already exists; nothing had to be computed.`
      : `The portrait of ${name} is ready (${done}).`,
  );
  if (warnings > 0) console.print(`  ${warnings} warning${warnings === 1 ? '' : 's'}.`);
  console.print(`  speak  ${remote.command('render', '--person', name, '--audio', 'talk.wav', '--out', 'talk.mp4')}`);
}
