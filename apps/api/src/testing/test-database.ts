// Test support: a database per spec. In memory, or on the PostgreSQL server named by PORTRAIT_TEST_POSTGRES (a role
// that may create databases). Specs that need PostgreSQL start a server when none is named.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { IN_MEMORY, openDatabase, type Database } from '../database/open-database.js';
import { startPostgres, unavailableReason, type PostgresServer } from './postgres-server.js';

const named = process.env['PORTRAIT_TEST_POSTGRES'] || null;
/** The reason why PostgreSQL specs are skipped; null when they can run. */
export const postgresUnavailable = named === null ? unavailableReason() : null;

/** Opens the named server, or starts one. */
export async function openPostgresServer(): Promise<PostgresServer> {
  return named === null ? startPostgres() : { address: named, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function onServer(server: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface TemporaryDatabase extends AsyncDisposable {
  /** May be passed to `openDatabase` several times. */
  readonly address: string;
}

/** Creates an empty database, which is dropped on disposal. */
export async function temporaryDatabase(server: string): Promise<TemporaryDatabase> {
  const name = `portrait_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const address = new URL(server);
  address.pathname = name;
  return { address: address.href, [Symbol.asyncDispose]: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

export async function openTestDatabase(): Promise<Database> {
  if (named === null) return openDatabase(IN_MEMORY);
  const place = await temporaryDatabase(named);
  const database = await openDatabase(place.address);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
