// The files in the folder of `portrait up` that other commands read: process and API address while it runs, and the
// first key, which the API writes.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Default folder of a system. */
export const SYSTEM_DIRECTORY = './portrait-data';

export interface SystemRecord {
  pid: number;
  apiUrl: string;
  startedAt: string;
}

export const systemRecordPath = (directory: string): string => join(resolve(directory), 'system.json');
/** The first key of a new system, readable by its owner only. */
export const firstKeyPath = (directory: string): string => join(resolve(directory), 'admin-key');

/** Null when no system runs in the folder. */
export async function readSystemRecord(directory: string): Promise<SystemRecord | null> {
  return readFile(systemRecordPath(directory), 'utf8').then(
    (text) => JSON.parse(text) as SystemRecord,
    () => null,
  );
}

export const apiAddress = (port: number): string => `http://127.0.0.1:${port}`;
