// Stops work at a remote system. What is done is resumeStore.
import { answer } from '@portrait/api-client';
import type { Session } from '../session.js';
import type { Remote } from './connect.js';
import { nameOf, People } from './find-person.js';
import type { Target } from './target.js';

export async function cancelRemotely({ console }: Session, remote: Remote, { kind, name }: Target): Promise<void> {
  const { client } = remote;
  const person = kind === 'person' ? await new People(client).require(name) : null;
  const id = person?.id ?? name;
  const params = { path: { id } };
  if (kind === 'person') await answer(client.POST('/v1/people/{id}:cancel', { params }));
  if (kind === 'video') await answer(client.POST('/v1/videos/{id}:cancel', { params }));
  if (kind === 'batch') await answer(client.POST('/v1/batches/{id}:cancel', { params }));
  console.event({ type: 'cancelled', [kind]: id });
  const words = {
    person: `The training of ${person === null ? id : nameOf(person)} is cancelled; what is done is resumeStore.`,
    video: `The render ${id} is cancelled.`,
    batch: `The batch ${id} is cancelled; what is under way is stopped, and videos that are done stay.`,
  };
  console.print(words[kind]);
  if (kind !== 'video')
    console.print(
      `  go on  ${remote.command('retry', `--${kind}`, name, ...(kind === 'batch' ? ['--items', 'unfinished'] : []))}`,
    );
}
