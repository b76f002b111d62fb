// The two databases the same SQL runs on: PostgreSQL over a pool, and PGlite, which is PostgreSQL in this process with one connection.
import { dirname } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { lockFile } from '@portrait/artifact-store';
import { PortraitError } from '@portrait/contracts';
import { drizzle as overPostgres } from 'drizzle-orm/node-postgres';
import { drizzle as overPglite } from 'drizzle-orm/pglite';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';

export type Queries = PgDatabase<PgQueryResultHKT>;

export interface Driver {
  readonly db: Queries;
  /** Runs SQL text of any number of statements in one transaction; each call gives the rows of the last statement. */
  script<T>(work: (run: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const IN_MEMORY = 'memory:';
export const isPostgres = (where: string): boolean => /^postgres(ql)?:\/\//.test(where);

/** How long to wait for a connection and for an answer. */
const PATIENCE_MS = 10_000;

export async function openPostgres(address: string): Promise<Driver> {
  const pool = new Pool({
    connectionString: address,
    max: 20,
    connectionTimeoutMillis: PATIENCE_MS,
    application_name: 'portrait-api',
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    db: overPostgres(pool),
    async script(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(async (sql) => {
          const answer: unknown = await client.query(sql);
          return (
            Array.isArray(answer)
              ? (answer.at(-1) as { rows: Record<string, unknown>[] })
              : (answer as { rows: Record<string, unknown>[] })
          ).rows;
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

/** Longest run of queries in a row, ms. */
const ROW_MS = 5;

/** PGlite computes in this thread, and one query follows the other without the event loop between them: a busy workflow would keep every request waiting. */
function unhurried(client: PGlite): PGlite {
  let since = performance.now();
  const breath = async (): Promise<void> => {
    if (performance.now() - since < ROW_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
  const slowed = <Q extends Pick<PGlite, 'query'>>(queries: Q): Q => {
    const query = queries.query.bind(queries);
    queries.query = (async (...asked: Parameters<typeof query>) => {
      await breath();
      return query(...asked);
    }) as Q['query'];
    return queries;
  };
  const transaction = client.transaction.bind(client);
  client.transaction = (work) => transaction((tx) => work(slowed(tx)));
  return slowed(client);
}

/** @param folder or `memory:`, which is gone with the process */
export async function openPglite(folder: string): Promise<Driver> {
  // A second process on the folder would not be refused by PGlite and would ruin it.
  const lock =
    folder === IN_MEMORY
      ? null
      : await lockFile(`${folder}.lock`, `the database ${folder}`).catch((error: unknown) => {
          throw error instanceof PortraitError && error.code === 'STORE_BUSY'
            ? new PortraitError('STORE_BUSY', error.message, {
                cause: error,
                hint: 'Stop the other one, or give this one a database of its own with PORTRAIT_DATABASE; several processes share a postgres:// database.',
              })
            : error;
        });
  try {
    if (folder !== IN_MEMORY) await mkdir(dirname(folder), { recursive: true });
    const client = unhurried(await PGlite.create(folder === IN_MEMORY ? 'memory://' : folder));
    return {
      db: overPglite(client),
      script: (work) =>
        client.transaction((tx) => work(async (sql) => (await tx.exec(sql)).at(-1)?.rows ?? [])) as never,
      async close() {
        await client.close();
        await lock?.[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await lock?.[Symbol.asyncDispose]();
    throw error;
  }
}
