// Every table is known to the erasure of a person: a new table needs an entry here, and the code that the entry names.
import { describe, expect, it } from '@jest/globals';
import { getTableName, is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { eraseRows } from '../bookkeeping/erase.js';
import * as schema from './schema.js';

type Handling =
  /** `eraseRows` deletes the rows. */
  | 'deleted'
  /** `eraseRows` keeps the rows and removes the person's ids from them. */
  | 'cleared'
  /** The database deletes the rows with the row they refer to. */
  | 'cascades'
  /** The rows never say anything about a person. */
  | 'impersonal';

const HANDLING: Record<string, Handling> = {
  tenants: 'impersonal',
  apiKeys: 'impersonal',
  webhooks: 'impersonal',
  batches: 'impersonal',
  consents: 'deleted',
  people: 'deleted',
  videos: 'deleted',
  stages: 'deleted',
  uploads: 'deleted',
  batchItems: 'deleted',
  idempotency: 'deleted',
  events: 'cascades',
  webhookDeliveries: 'cascades',
  audit: 'cleared',
  erasures: 'cleared',
};

const tables = Object.entries(schema as Record<string, unknown>).flatMap(([name, value]) =>
  is(value, PgTable) ? [{ name, table: value as PgTable }] : [],
);
const byHandling = (handling: Handling): typeof tables => tables.filter(({ name }) => HANDLING[name] === handling);
const statements = eraseRows.toString();

/** Names of the tables whose deleted rows take the rows of `table` with them. */
function cascadesFrom(table: PgTable): string[] {
  return getTableConfig(table)
    .foreignKeys.filter((key) => key.onDelete === 'cascade')
    .map((key) => getTableName(key.reference().foreignTable));
}

describe('the erasure of a person', () => {
  it('knows every table', () => {
    expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(HANDLING).sort());
  });

  it.each(byHandling('deleted'))('deletes rows of $name', ({ name }) => {
    expect(statements).toMatch(new RegExp(`remove\\(\\s*tx,\\s*${name}\\b`));
  });

  it.each(byHandling('cleared'))('clears ids in rows of $name', ({ name }) => {
    expect(statements).toMatch(new RegExp(`\\.update\\(${name}\\)`));
  });

  it.each(byHandling('cascades'))('takes rows of $name with the rows they refer to', ({ table }) => {
    const erased = [...byHandling('deleted'), ...byHandling('cascades')].map((entry) => getTableName(entry.table));
    expect(cascadesFrom(table).filter((name) => erased.includes(name))).not.toEqual([]);
  });

  it.each(byHandling('impersonal'))('finds no reference to a person in $name', ({ table }) => {
    const { columns, foreignKeys } = getTableConfig(table);
    expect(columns.map(({ name }) => name).filter((name) => /person|consent/.test(name))).toEqual([]);
    expect(foreignKeys.map((key) => getTableName(key.reference().foreignTable))).not.toContain('people');
  });
});
