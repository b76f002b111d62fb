// Applies the database migrations in name order, each once, in one transaction with the record of it.
import { readdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { PortraitError } from '@portrait/contracts';
import type { Driver } from './driver.js';

interface Migration {
  name: string;
  sql: string;
}

/** Advisory lock for concurrent starts; the value is arbitrary. */
const LOCK = 7_143_022;

// The same path from src and from dist: SQL files are not compiled.
const FOLDER = new URL('../../src/database/migrations/', import.meta.url);

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, FOLDER), 'utf8') })));
}

/** Normalises line ends: they differ between checkouts. */
const digest = (sql: string): string => createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');

/**
 * @returns the names applied now
 * @throws PortraitError INCOMPATIBLE when the database is newer, or an applied migration has changed
 */
export async function migrate(driver: Driver, migrations: readonly Migration[]): Promise<string[]> {
  const applied: string[] = [];
  await driver.script(async (run) => {
    await run(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await run(
      `CREATE TABLE IF NOT EXISTS migrations (
        name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const known = new Map(
      (await run('SELECT name, sha256 FROM migrations')).map(({ name, sha256 }) => [name as string, sha256 as string]),
    );
    const newer = [...known.keys()].filter((name) => !migrations.some((migration) => migration.name === name));
    if (newer.length > 0)
      throw new PortraitError('INCOMPATIBLE', `The database was made by a newer version: it has ${newer.join(', ')}.`, {
        hint: 'Run that version, or set PORTRAIT_DATABASE to another database.',
      });
    for (const { name, sql } of migrations) {
      const sha256 = digest(sql);
      const before = known.get(name);
      if (before === sha256) continue;
      if (before !== undefined)
        throw new PortraitError(
          'INCOMPATIBLE',
          `The migration ${name} has changed since it was applied to this database.`,
          {
            hint: 'Restore the migration and put the change into a new one.',
          },
        );
      await run(sql);
      await run(`INSERT INTO migrations (name, sha256) VALUES ('${name.replaceAll("'", "''")}', '${sha256}')`);
      applied.push(name);
    }
  });
  return applied;
}
