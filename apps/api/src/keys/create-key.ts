// Creates an admin key with direct database access: the first key of a PostgreSQL database, or of a new tenant.
import { openDatabase } from '../database/open-database.js';
import { KeysService } from './keys.service.js';

/** @returns the key; it cannot be read again */
export async function createKey(database: string, tenant: string, name: string): Promise<string> {
  await using opened = await openDatabase(database);
  const { key } = await new KeysService(opened).createFor(tenant, { name, scopes: ['admin'] });
  return key;
}
