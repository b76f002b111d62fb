// JSON documents in a folder, each replaced by one rename.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PortraitError, toPortraitError } from '@portrait/contracts';
import type { RecordStore } from './port.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export function openRecords(root: string): RecordStore {
  const file = (name: string): string => {
    if (!NAME.test(name) || name.includes('..')) throw new PortraitError('INVALID_ARGUMENT', `"${name}" is not the name of a record.`);
    return join(root, `${name}.json`);
  };
  return {
    async get(name) {
      try {
        return JSON.parse(await readFile(file(name), 'utf8')) as unknown;
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return null;
        if (error instanceof SyntaxError) throw new PortraitError('ARTIFACT_CORRUPT', `The record ${name} is not JSON.`, { cause: error, at: { file: file(name) } });
        throw error;
      }
    },
    async put(name, value) {
      const path = file(name);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(`${path}.${process.pid}.tmp`, `${JSON.stringify(value, null, 2)}\n`);
        await rename(`${path}.${process.pid}.tmp`, path);
      } catch (error) {
        throw toPortraitError(error);
      }
    },
    async delete(name) {
      await rm(file(name), { force: true });
    },
    async list(prefix) {
      const base = prefix === '' ? root : join(root, prefix);
      const entries = await readdir(base, { recursive: true }).catch(() => [] as string[]);
      return entries
        .filter((entry) => entry.endsWith('.json'))
        .map((entry) => relative(root, join(base, entry)).slice(0, -'.json'.length).split(sep).join('/'))
        .sort();
    },
  };
}
