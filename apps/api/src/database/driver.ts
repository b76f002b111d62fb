// The two database drivers: PostgreSQL over a connection pool, and PGlite, an in-process PostgreSQL with one
// connection.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
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
  /** Runs SQL scripts in one transaction; each call returns the rows of its last statement. */
  script<T>(work: (run: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const IN_MEMORY = 'memory:';
export const isPostgres = (where: string): boolean => /^postgres(ql)?:\/\//.test(where);

/** Limit for opening a connection. */
const TIMEOUT_MS = 10_000;

export async function openPostgres(address: string): Promise<Driver> {
  const pool = new Pool({
    connectionString: address,
    max: 20,
    connectionTimeoutMillis: TIMEOUT_MS,
    application_name: 'portrait-api',
  });
  // The pool replaces a broken idle connection; without a listener the error would end the process.
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

/** Longest uninterrupted run of queries. */
const MAX_RUN_MS = 5;

/**
 * PGlite runs on this thread and chains queries without returning to the event loop. Yielding between them lets other
 * requests proceed.
 */
function yieldingClient(client: PGlite): PGlite {
  let since = performance.now();
  const yieldIfDue = async (): Promise<void> => {
    if (performance.now() - since < MAX_RUN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
  const yielding = <Q extends Pick<PGlite, 'query'>>(queries: Q): Q => {
    const query = queries.query.bind(queries);
    queries.query = (async (...args: Parameters<typeof query>) => {
      await yieldIfDue();
      return query(...args);
    }) as Q['query'];
    return queries;
  };
  const transaction = client.transaction.bind(client);
  client.transaction = (work) => transaction((tx) => work(yielding(tx)));
  return yielding(client);
}

/** Smaller buffers: PGlite touches all of the default 128 MB and never returns them. */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'];

const CREATE_CLUSTER =
  'const { PGlite } = require(process.argv[1]); PGlite.create(process.argv[2]).then((database) => database.close());';

/** Runs initdb in a child process: WebAssembly returns its hundreds of megabytes only when the process ends. */
async function createCluster(folder: string): Promise<void> {
  const library = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  await promisify(execFile)(process.execPath, ['-e', CREATE_CLUSTER, library, folder]);
}

/** @param folder or `memory:` for a database that ends with the process */
export async function openPglite(folder: string): Promise<Driver> {
  // PGlite does not detect a second process on the folder, which would corrupt it.
  const lock =
    folder === IN_MEMORY
      ? null
      : await lockFile(`${folder}.lock`, `the database ${folder}`).catch((error: unknown) => {
          throw error instanceof PortraitError && error.code === 'STORE_BUSY'
            ? new PortraitError('STORE_BUSY', error.message, {
                cause: error,
                hint:
                  'Stop the other process, set PORTRAIT_DATABASE to another folder, ' +
                  'or use PostgreSQL, which several processes can share.',
              })
            : error;
        });
  try {
    if (folder !== IN_MEMORY) await mkdir(dirname(folder), { recursive: true });
    if (folder !== IN_MEMORY && !existsSync(join(folder, 'PG_VERSION'))) await createCluster(folder);
    const dataDir = folder === IN_MEMORY ? 'memory://' : folder;
    const client = yieldingClient(await PGlite.create({ dataDir, startParams: START_PARAMETERS }));
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
