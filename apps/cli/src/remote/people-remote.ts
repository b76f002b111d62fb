// Lists and erases people at a remote system.
import { answer } from '@portrait/api-client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import type { Remote } from './connect.js';
import { nameOf, People } from './find-person.js';

const POLL_MS = 500;

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
    `${person.status}, preset ${person.preset}, created ${person.createdAt.slice(0, 16).replace('T', ' ')}`,
  ]);
  console.print(rows.length === 0 ? `There are no people at ${remote.url} yet.` : formatTable(rows));
}

export async function eraseRemotely(
  { console, signal }: Session,
  remote: Remote,
  name: string,
  confirm: () => Promise<void>,
): Promise<void> {
  const { client } = remote;
  const person = await new People(client).require(name);
  await confirm();
  const { id } = await answer(client.DELETE('/v1/people/{id}', { params: { path: { id: person.id } } }));
  const getErasure = () => answer(client.GET('/v1/erasures/{id}', { params: { path: { id } } }));
  for (let erasure = await getErasure(); erasure.status !== 'erased'; erasure = await getErasure())
    await sleep(POLL_MS, undefined, { signal });
  console.event({ type: 'erased', person: name, erasure: id });
  console.print(
    `All data of ${name} is erased at ${remote.url}; the proof is erasure ${id}. Delete downloaded videos yourself.`,
  );
}
