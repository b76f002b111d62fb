// An item of a batch with the place it was read from, so that whatever is wrong with it later can be found.
import type { BatchItem } from '@portrait/contracts/api';

export interface PlacedItem {
  item: BatchItem;
  /** Of a field of the item: `items.17.personId`, or `row 18, column person`; of the whole item without one. */
  where(field?: string): string;
}

export const fromJson = (items: readonly BatchItem[]): PlacedItem[] =>
  items.map((item, index) => ({
    item,
    where: (field) => (field === undefined ? `items.${index}` : `items.${index}.${field}`),
  }));
