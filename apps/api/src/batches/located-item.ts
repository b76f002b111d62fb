// A batch item with its location in the request, for error messages.
import type { BatchItem } from '@portrait/contracts/api';

export interface LocatedItem {
  item: BatchItem;
  /** Location of a field, `items.17.personId` or `row 18, column person`; without `field`, of the whole item. */
  where(field?: string): string;
}

export const fromJson = (items: readonly BatchItem[]): LocatedItem[] =>
  items.map((item, index) => ({
    item,
    where: (field) => (field === undefined ? `items.${index}` : `items.${index}.${field}`),
  }));
