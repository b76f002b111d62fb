// For specs: a database of their own. In memory, or on the PostgreSQL server that PORTRAIT_TEST_POSTGRES names (a role that may create databases), so that every spec can run on both.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { IN_MEMORY, openDatabase, type Database } from '../database/open-database.js';

const server = process.env['PORTRAIT_TEST_POSTGRES'];
/** Why specs cannot run on PostgreSQL; null when they can. */
export const noPostgres = server === undefined || server === '' ? 'PORTRAIT_TEST_POSTGRES names no server' : null;

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface TemporaryDatabase extends AsyncDisposable {
  /** For `openDatabase`; as often as wanted. */
  readonly address: string;
}

/** An empty database on the server, dropped at the end. */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const name = `portrait_test_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const address = new URL(server!);
  address.pathname = name;
  return { address: address.href, [Symbol.asyncDispose]: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export async function openTestDatabase(): Promise<Database> {
  if (noPostgres !== null) return openDatabase(IN_MEMORY);
  const place = await temporaryDatabase();
  const database = await openDatabase(place.address);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
