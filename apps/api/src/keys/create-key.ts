// A key made by whoever can reach the database: the first one of a PostgreSQL database, or one for a new tenant.
import { openDatabase } from '../database/open-database.js';
import { KeysService } from './keys.service.js';

/** @returns the key; it is not shown again */
export async function createKey(database: string, tenant: string, name: string): Promise<string> {
  await using opened = await openDatabase(database);
  const { key } = await new KeysService(opened).createFor(tenant, { name, scopes: ['admin'] });
  return key;
}
