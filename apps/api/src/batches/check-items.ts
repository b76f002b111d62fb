// Checks the items of a batch against each other and against the known people: duplicate ids, unknown or unready
// people. Pure.
import type { PERSON_STATUSES } from '@portrait/contracts/api';
import type { LocatedItem } from './located-item.js';
import type { ItemErrors } from './item-errors.js';

export interface KnownPerson {
  status: (typeof PERSON_STATUSES)[number];
  /** A finished portrait stays usable while a new one is trained. */
  hasPortrait: boolean;
}

export function checkIds(items: readonly LocatedItem[], errors: ItemErrors): void {
  const first = new Map<string, LocatedItem>();
  for (const located of items) {
    const { id } = located.item;
    const other = first.get(id);
    if (other === undefined) first.set(id, located);
    else errors.add(located.where('id'), `${JSON.stringify(id)} is also the id of ${other.where()}`);
  }
}

export function checkPeople(
  items: readonly LocatedItem[],
  people: ReadonlyMap<string, KnownPerson>,
  errors: ItemErrors,
): void {
  for (const { item, where } of items) {
    const person = people.get(item.personId);
    if (person === undefined) errors.add(where('personId'), `there is no person ${item.personId}`, 'NOT_FOUND');
    else if (person.status === 'erasing' || !person.hasPortrait) {
      const when = person.status === 'erasing' ? 'any more' : 'yet';
      errors.add(
        where('personId'),
        `the person ${item.personId} is ${person.status}; it has no portrait ${when}`,
        'CONFLICT',
      );
    }
  }
}
