// Writes the first key of an embedded database to a file only its owner can read. PostgreSQL databases use
// `create-key`.
import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import type { KeysService } from './keys.service.js';

export const DEFAULT_TENANT = 'default';

/** Next to the database folder. */
const firstKeyFile = (database: string): string => join(dirname(database), 'admin-key');

/** @returns the file, or null when keys already exist */
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
        hint: 'Move the existing file away, then create a key: node apps/api/dist/main.js create-key',
      },
    );
  }
  return file;
}
