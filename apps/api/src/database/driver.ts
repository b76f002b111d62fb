// The two databases the same SQL runs on: PostgreSQL over a pool, and PGlite, which is PostgreSQL in this process with one connection.
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

/** PGlite's own, with buffers for a small database: it touches all of the default 128 MB and never gives them back. */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'];

const CREATE_CLUSTER =
  'const { PGlite } = require(process.argv[1]); PGlite.create(process.argv[2]).then((database) => database.close());';

/** In a process of its own: initdb takes hundreds of megabytes that WebAssembly does not return before the process ends. */
async function createCluster(folder: string): Promise<void> {
  const library = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  await promisify(execFile)(process.execPath, ['-e', CREATE_CLUSTER, library, folder]);
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
    if (folder !== IN_MEMORY && !existsSync(join(folder, 'PG_VERSION'))) await createCluster(folder);
    const dataDir = folder === IN_MEMORY ? 'memory://' : folder;
    const client = unhurried(await PGlite.create({ dataDir, startParams: START_PARAMETERS }));
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
