// Opens the database of the API, brought to the tables of this version.
import { PortraitError } from '@portrait/contracts';
import { sql } from 'drizzle-orm';
import { IN_MEMORY, isPostgres, openPglite, openPostgres, type Driver, type Queries } from './driver.js';
import { migrate, readMigrations } from './migrate.js';

export interface Database extends AsyncDisposable {
  readonly db: Queries;
  /** True for PGlite: one process only, and nobody else has made keys. */
  readonly embedded: boolean;
  /** @throws when it does not answer */
  ping(): Promise<void>;
}

export { IN_MEMORY, type Queries };

/**
 * @param where `postgres://…`, a folder for PGlite, or `memory:`
 * @throws PortraitError SERVER_UNREACHABLE, STORE_BUSY, INCOMPATIBLE
 */
export async function openDatabase(where: string): Promise<Database> {
  const driver = await open(where);
  try {
    await migrate(driver, await readMigrations());
  } catch (error) {
    await driver.close();
    throw error instanceof PortraitError ? error : unreachable(where, error);
  }
  return {
    db: driver.db,
    embedded: !isPostgres(where),
    ping: async () => void (await driver.db.execute(sql`SELECT 1`)),
    [Symbol.asyncDispose]: () => driver.close(),
  };
}

async function open(where: string): Promise<Driver> {
  try {
    return await (isPostgres(where) ? openPostgres(where) : openPglite(where));
  } catch (error) {
    throw error instanceof PortraitError ? error : unreachable(where, error);
  }
}

function unreachable(where: string, cause: unknown): PortraitError {
  if (!isPostgres(where))
    return new PortraitError(
      'STORE_UNWRITABLE',
      `The database in ${where} cannot be opened: ${(cause as Error).message}`,
      { cause, hint: 'Look whether the folder may be written and is whole; PORTRAIT_DATABASE names another.' },
    );
  const { host, pathname } = new URL(where);
  return new PortraitError(
    'SERVER_UNREACHABLE',
    `The database${pathname === '/' ? '' : ` ${pathname.slice(1)}`} at ${host} cannot be used: ${(cause as Error).message || (cause as { code?: string }).code}`,
    { cause, hint: 'Start it, or correct PORTRAIT_DATABASE.' },
  );
}
