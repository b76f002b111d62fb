// Finds a person of a remote system by name or id. Names are not unique; an ambiguous name requires the id.
import { answer, type ApiClient } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import type { PersonSummary } from './api-types.js';
import { listAll } from './pagination.js';

const MAX_LISTED_NAMES = 20;
const ID = /^p_[a-z2-7]{20}$/;

export const nameOf = ({ id, name }: Pick<PersonSummary, 'id' | 'name'>): string => name ?? id;

/** Looks up names in a list of all people, fetched once. */
export class People {
  #all: Promise<PersonSummary[]> | undefined;

  constructor(private readonly client: ApiClient) {}

  list(): Promise<PersonSummary[]> {
    return (this.#all ??= collect(this.client));
  }

  /** Null when nobody has this name. @throws PortraitError INVALID_ARGUMENT when several people have it */
  async find(name: string): Promise<PersonSummary | null> {
    if (ID.test(name)) return answer(this.client.GET('/v1/people/{id}', { params: { path: { id: name } } }));
    const found = (await this.list()).filter((person) => person.name === name);
    if (found.length > 1) {
      const choices = found.map(
        ({ id, status, createdAt }) => `  ${id}  ${status}, created ${createdAt.slice(0, 16).replace('T', ' ')}`,
      );
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${found.length} people have the name "${name}":\n${choices.join('\n')}`,
        { hint: 'Give the id of one with --person.' },
      );
    }
    return found[0] ?? null;
  }

  /** @throws PortraitError NOT_FOUND that lists the known names */
  async require(name: string): Promise<PersonSummary> {
    const found = await this.find(name);
    if (found !== null) return found;
    const names = (await this.list()).map(nameOf);
    const more = names.length > MAX_LISTED_NAMES ? ` and ${names.length - MAX_LISTED_NAMES} more` : '';
    throw new PortraitError('NOT_FOUND', `There is no person "${name}" at ${this.client.url}.`, {
      hint:
        names.length === 0
          ? 'Train a portrait first with portrait train.'
          : `Known people: ${names.slice(0, MAX_LISTED_NAMES).join(', ')}${more}.`,
    });
  }
}

async function collect(client: ApiClient): Promise<PersonSummary[]> {
  const people: PersonSummary[] = [];
  // A person being erased no longer blocks or matches a name.
  for await (const person of listAll((query) => client.GET('/v1/people', { params: { query } })))
    if (person.status !== 'erasing') people.push(person);
  return people;
}
