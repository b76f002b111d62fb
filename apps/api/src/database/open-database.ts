// Opens the database and applies pending migrations.
import { PortraitError } from '@portrait/contracts';
import { sql } from 'drizzle-orm';
import { IN_MEMORY, isPostgres, openPglite, openPostgres, type Driver, type Queries } from './driver.js';
import { migrate, readMigrations } from './migrate.js';

export interface Database extends AsyncDisposable {
  readonly db: Queries;
  /** True for PGlite: one process, local keys. */
  readonly embedded: boolean;
  /** @throws when the database does not answer */
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
      { cause, hint: 'Check that the folder is writable and intact, or set PORTRAIT_DATABASE to another one.' },
    );
  const { host, pathname } = new URL(where);
  const name = pathname === '/' ? '' : ` ${pathname.slice(1)}`;
  const reason = (cause as Error).message || (cause as { code?: string }).code;
  return new PortraitError('SERVER_UNREACHABLE', `The database${name} at ${host} cannot be used: ${reason}`, {
    cause,
    hint: 'Start the database, or correct PORTRAIT_DATABASE.',
  });
}
