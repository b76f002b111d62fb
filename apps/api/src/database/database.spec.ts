import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@portrait/testing';
import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { openPglite, type Driver } from './driver.js';
import { migrate, readMigrations } from './migrate.js';
import { openDatabase } from './open-database.js';
import * as schema from './schema.js';

const tables = (Object.values(schema) as unknown[])
  .filter((entry): entry is PgTable => is(entry, PgTable))
  .map(getTableConfig);

describe('migrations', () => {
  let driver: Driver;
  const rows = (text: string): Promise<Record<string, unknown>[]> => driver.script((run) => run(text));
  beforeAll(async () => {
    driver = await openPglite('memory:');
    await migrate(driver, await readMigrations());
  });
  afterAll(() => driver.close());

  it('create exactly the tables, columns, types and defaults of the schema', async () => {
    const made = await rows(
      `SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default IS NOT NULL AS has_default
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'`,
    );
    const described = tables.flatMap((table) =>
      table.columns.map((column) => {
        const type = column
          .getSQLType()
          .replace(/^bigserial$/, 'bigint')
          .replace(' (3)', '');
        return [
          table.name,
          column.name,
          type === 'text[]' ? 'ARRAY' : type,
          column.notNull,
          column.hasDefault || column.getSQLType() === 'bigserial',
        ].join(' ');
      }),
    );
    expect(
      made
        .map((row) =>
          [
            row['table_name'],
            row['column_name'],
            row['data_type'],
            row['is_nullable'] === 'NO',
            row['has_default'],
          ].join(' '),
        )
        .sort(),
    ).toEqual(described.sort());
  });

  it('create the indexes and primary keys of the schema', async () => {
    const made = await rows(`SELECT t.relname AS table_name,
        array_to_string(array_agg(a.attname ORDER BY k.place), ',') AS columns,
        i.indisunique OR i.indisprimary AS is_unique
      FROM pg_index i
      JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace,
      unnest(i.indkey) WITH ORDINALITY AS k(number, place)
      JOIN pg_attribute a ON true
      WHERE n.nspname = 'public' AND t.relname <> 'migrations' AND a.attrelid = t.oid AND a.attnum = k.number
      GROUP BY t.relname, i.indexrelid, i.indisunique, i.indisprimary`);
    const described = tables.flatMap((table) => [
      ...table.indexes.map(({ config }) => {
        const names = config.columns.map((column) => (column as { name: string }).name);
        return `${table.name} ${names.join(',')} ${config.unique}`;
      }),
      ...table.primaryKeys.map((key) => `${table.name} ${key.columns.map((column) => column.name).join(',')} true`),
      ...table.columns.filter((column) => column.primary).map((column) => `${table.name} ${column.name} true`),
    ]);
    expect(made.map((row) => `${row['table_name']} ${row['columns']} ${row['is_unique']}`).sort()).toEqual(
      described.sort(),
    );
  });

  it('create the foreign keys of the schema with their delete rules', async () => {
    const made = await rows(`SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
        a.attname AS name, c.confdeltype = 'c' AS cascades
      FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f'`);
    const described = tables.flatMap((table) =>
      table.foreignKeys.map((key) => {
        const { columns, foreignTable } = key.reference();
        return `${table.name}.${columns[0]!.name} ${getTableConfig(foreignTable).name} ${key.onDelete === 'cascade'}`;
      }),
    );
    expect(made.map((row) => `${row['child']}.${row['name']} ${row['parent']} ${row['cascades']}`).sort()).toEqual(
      described.sort(),
    );
  });

  it('are applied once', async () => {
    expect(await migrate(driver, await readMigrations())).toEqual([]);
  });

  it('are applied completely or not at all', async () => {
    const good = await readMigrations();
    await expect(
      migrate(driver, [
        ...good,
        { name: '9998-half.sql', sql: 'CREATE TABLE half (id text); SELECT wrong FROM nowhere;' },
      ]),
    ).rejects.toThrow(/nowhere/);
    expect(await rows(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(await migrate(driver, good)).toEqual([]);
  });

  it('refuse a newer database and a changed migration', async () => {
    const [first, ...others] = await readMigrations();
    await expect(migrate(driver, others)).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining(first!.name),
    });
    await expect(migrate(driver, [{ ...first!, sql: `${first!.sql}-- and more` }, ...others])).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
    });
    await expect(
      migrate(driver, [{ ...first!, sql: first!.sql.replaceAll('\n', '\r\n') }, ...others]),
    ).resolves.toEqual([]);
  });
});

describe('migrating a database of the first version', () => {
  it('gives each tenant its own callback secret', async () => {
    const old = await openPglite('memory:');
    try {
      const [first, ...others] = await readMigrations();
      await migrate(old, [first!]);
      await old.script((run) => run(`INSERT INTO tenants (id) VALUES ('studio'), ('rival')`));
      expect(await migrate(old, [first!, ...others])).toEqual(others.map(({ name }) => name));
      const secrets = (await old.script((run) => run('SELECT callback_secret FROM tenants'))).map(
        (row) => row['callback_secret'] as string,
      );
      expect(secrets).toEqual([
        expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
        expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
      ]);
      expect(new Set(secrets).size).toBe(2);
    } finally {
      await old.close();
    }
  });
});

describe('openDatabase', () => {
  let folder: TemporaryDirectory;
  beforeAll(async () => (folder = await temporaryDirectory()));
  afterAll(() => folder[Symbol.asyncDispose]());

  it('keeps data in a folder and refuses a second process', async () => {
    const where = join(folder.path, 'some/database');
    {
      await using first = await openDatabase(where);
      await first.db.insert(schema.tenants).values({ id: 'studio' });
      await expect(openDatabase(where)).rejects.toMatchObject({
        code: 'STORE_BUSY',
        hint: expect.stringContaining('PORTRAIT_DATABASE'),
      });
    }
    await using again = await openDatabase(where);
    expect(await again.db.select({ id: schema.tenants.id }).from(schema.tenants)).toEqual([{ id: 'studio' }]);
    expect(again.embedded).toBe(true);
    expect((await again.db.execute(sql`SELECT count(*)::int AS n FROM migrations`)) as unknown).toMatchObject({
      rows: [{ n: (await readMigrations()).length }],
    });
  });

  it('reports an unreachable database without its password', async () => {
    await expect(openDatabase('postgres://somebody:secret@127.0.0.1:1/portrait')).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringMatching(/^(?!.*secret).*portrait at 127\.0\.0\.1:1/),
    });
  });
});
