// The first key of an embedded database, in a file only its owner may read. A PostgreSQL database gets its first key by `create-key`.
import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import type { KeysService } from './keys.service.js';

export const DEFAULT_TENANT = 'default';

/** Beside the folder of the database. */
export const firstKeyFile = (database: string): string => join(dirname(database), 'admin-key');

/** @returns the file, or null when there are keys already */
export async function makeFirstKey(keys: KeysService, database: string): Promise<string | null> {
  if (!(await keys.isEmpty())) return null;
  const file = firstKeyFile(database);
  const { key, id } = await keys.createFor(DEFAULT_TENANT, { name: 'first key', scopes: ['admin'] });
  try {
    await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await keys.revoke({ tenant: DEFAULT_TENANT, key: id, scopes: [], ratePerMinute: null }, id);
    throw new PortraitError(
      'STORE_UNWRITABLE',
      `The first key cannot be written to ${file}: ${(error as Error).message}`,
      {
        cause: error,
        hint: 'Move what is there out of the way, then make a key: node apps/api/dist/main.js create-key',
      },
    );
  }
  return file;
}
