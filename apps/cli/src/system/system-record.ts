// What `portrait up` leaves in its folder for other commands while it runs: who and where it is. The key beside it is the API's to write.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where a system lies unless told otherwise. */
export const SYSTEM_DIRECTORY = './portrait-data';

export interface SystemRecord {
  pid: number;
  apiUrl: string;
  startedAt: string;
}

export const systemRecordPath = (directory: string): string => join(resolve(directory), 'system.json');
/** The first key of a new system, readable by its owner only. */
export const firstKeyPath = (directory: string): string => join(resolve(directory), 'admin-key');

/** Null when none runs there. */
export async function readSystemRecord(directory: string): Promise<SystemRecord | null> {
  return readFile(systemRecordPath(directory), 'utf8').then(
    (text) => JSON.parse(text) as SystemRecord,
    () => null,
  );
}
