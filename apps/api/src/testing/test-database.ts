// For specs: a database of their own. In memory, or on the PostgreSQL server that PORTRAIT_TEST_POSTGRES names (a role that may create databases), so that
// every spec can run on both. What only PostgreSQL can show runs on a server started for it where none is named.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { IN_MEMORY, openDatabase, type Database } from '../database/open-database.js';
import { startPostgres, whyNoServer, type PostgresServer } from './postgres-server.js';

const named = process.env['PORTRAIT_TEST_POSTGRES'] || null;
/** Why specs of PostgreSQL cannot run; null when they can. */
export const noPostgres = named === null ? whyNoServer() : null;

/** The server that is named, or a new one. */
export async function openTestServer(): Promise<PostgresServer> {
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
  /** For `openDatabase`; as often as wanted. */
  readonly address: string;
}

/** An empty database on the server, dropped at the end. */
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
