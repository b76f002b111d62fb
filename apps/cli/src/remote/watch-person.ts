// Follows the training of a person, and tells how it ended as an embedded training does.
import { answer } from '@portrait/api-client';
import { formatDuration } from '@portrait/observability';
import type { Session } from '../session.js';
import type { Person, PersonSummary } from './api-types.js';
import type { Remote } from './connect.js';
import { nameOf } from './find-person.js';
import { watchWork } from './watch-work.js';

export async function watchPerson(session: Session, remote: Remote, summary: Pick<PersonSummary, 'id' | 'name'>): Promise<void> {
  const { id } = summary;
  const name = nameOf(summary);
  const person = await watchWork(session, remote, {
    what: `The training of ${name}`, target: ['--person', name], query: { personId: id },
    see: () => answer(remote.client.GET('/v1/people/{id}', { params: { path: { id } } })),
  });
  tellTrained(session, remote, person);
}

function tellTrained({ console }: Session, remote: Remote, person: Person): void {
  const name = nameOf(person);
  const computed = person.stages.filter(({ status, cached }) => status === 'done' && cached !== true);
  const wallMs = computed.reduce((sum, { seconds }) => sum + (seconds ?? 0) * 1000, 0);
  const warnings = person.stages.flatMap(({ findings }) => findings).filter(({ level }) => level === 'warning').length;
  console.event({ type: 'result', command: 'train', person: name, id: person.id, complete: true, computed: computed.map(({ stage }) => stage), wallMs, metrics: person.stages.find(({ stage }) => stage === 'evaluate')?.metrics });
  console.print();
  console.print(`The portrait of ${name} is ready (${computed.length} stage${computed.length === 1 ? '' : 's'}, ${formatDuration(wallMs)} of work).`);
  if (warnings > 0) console.print(`  ${warnings} warning${warnings === 1 ? '' : 's'} in the clip.`);
  console.print(`  speak  ${remote.command('render', '--person', name, '--audio', 'talk.wav', '--out', 'talk.mp4')}`);
}
