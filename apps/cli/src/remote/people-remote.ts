// Who is at a remote system, and erasing one person whole.
import { answer } from '@portrait/api-client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import type { Remote } from './connect.js';
import { nameOf, People } from './find-person.js';

const LOOK_MS = 500;

export async function listRemotely({ console }: Session, remote: Remote): Promise<void> {
  const people = await new People(remote.client).list();
  for (const { id, name, status, preset, createdAt, error } of people)
    console.event({
      type: 'person',
      person: name ?? id,
      id,
      portrait: status === 'ready',
      status,
      preset,
      createdAt,
      error,
    });
  const rows = people.map((person) => [
    nameOf(person),
    person.id,
    `${person.status}, preset ${person.preset}, begun ${person.createdAt.slice(0, 16).replace('T', ' ')}`,
  ]);
  console.print(rows.length === 0 ? `Nobody is at ${remote.url} yet.` : formatTable(rows));
}

export async function eraseRemotely(
  { console, signal }: Session,
  remote: Remote,
  name: string,
  requireSure: () => Promise<void>,
): Promise<void> {
  const { client } = remote;
  const person = await new People(client).require(name);
  await requireSure();
  const { id } = await answer(client.DELETE('/v1/people/{id}', { params: { path: { id: person.id } } }));
  const see = () => answer(client.GET('/v1/erasures/{id}', { params: { path: { id } } }));
  for (let erasure = await see(); erasure.status !== 'erased'; erasure = await see())
    await sleep(LOOK_MS, undefined, { signal });
  console.event({ type: 'erased', person: name, erasure: id });
  console.print(
    `Everything of ${name} is erased at ${remote.url}; the proof is erasure ${id}. Videos fetched from there are yours to delete.`,
  );
}
