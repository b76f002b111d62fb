// What can be said about the items of a batch together: ids that are there twice, people that are unknown or not ready. Pure.
import type { PERSON_STATUSES } from '@portrait/contracts/api';
import type { PlacedItem } from './placed-item.js';
import type { RowMistakes } from './row-mistakes.js';

export interface KnownPerson {
  status: (typeof PERSON_STATUSES)[number];
  /** A portrait that is there can be used while another is being learnt. */
  hasPortrait: boolean;
}

export function checkIds(items: readonly PlacedItem[], mistakes: RowMistakes): void {
  const first = new Map<string, PlacedItem>();
  for (const placed of items) {
    const { id } = placed.item;
    const other = first.get(id);
    if (other === undefined) first.set(id, placed);
    else mistakes.add(placed.where('id'), `${JSON.stringify(id)} is also the id of ${other.where()}`);
  }
}

export function checkPeople(
  items: readonly PlacedItem[],
  people: ReadonlyMap<string, KnownPerson>,
  mistakes: RowMistakes,
): void {
  for (const { item, where } of items) {
    const person = people.get(item.personId);
    if (person === undefined) mistakes.add(where('personId'), `there is no person ${item.personId}`, 'NOT_FOUND');
    else if (person.status === 'erasing' || !person.hasPortrait)
      mistakes.add(
        where('personId'),
        `the person ${item.personId} is ${person.status}; there is no portrait ${person.status === 'erasing' ? 'any more' : 'yet'}`,
        'CONFLICT',
      );
  }
}
