// JSON documents in a folder, each replaced by one rename.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { toPortraitError } from '@portrait/contracts';
import { corruptRecordError } from './store-errors.js';
import { checkRecordName } from './layout.js';
import type { RecordStore } from './port.js';

export function openRecords(root: string): RecordStore {
  const file = (name: string): string => join(root, `${checkRecordName(name)}.json`);
  return {
    async get(name) {
      try {
        return JSON.parse(await readFile(file(name), 'utf8')) as unknown;
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return null;
        if (error instanceof SyntaxError) throw corruptRecordError(name, file(name), error);
        throw error;
      }
    },
    async put(name, value) {
      const path = file(name);
      const draft = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw toPortraitError(error);
      }
    },
    async delete(name) {
      await rm(file(name), { force: true });
    },
    async list(prefix) {
      const base = prefix === '' ? root : join(root, checkRecordName(prefix));
      const entries = await readdir(base, { recursive: true }).catch(() => [] as string[]);
      return entries
        .filter((entry) => entry.endsWith('.json'))
        .map((entry) => relative(root, join(base, entry)).slice(0, -'.json'.length).split(sep).join('/'))
        .sort();
    },
  };
}
