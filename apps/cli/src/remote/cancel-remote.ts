// Cancels work at a remote system. Finished work is kept.
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
  const messages = {
    person: `The training of ${person === null ? id : nameOf(person)} is cancelled. Finished work is kept.`,
    video: `The render ${id} is cancelled.`,
    batch: `The batch ${id} is cancelled. Running videos are stopped; finished videos are kept.`,
  };
  console.print(messages[kind]);
  if (kind !== 'video')
    console.print(
      `  resume  ${remote.command('retry', `--${kind}`, name, ...(kind === 'batch' ? ['--items', 'unfinished'] : []))}`,
    );
}
