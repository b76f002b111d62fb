// Stores the ids of uploads and consents on this machine, so that an interrupted command resumes with them and does not
// upload the same file twice. Losing these files only costs a second upload or question.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from './start-once.js';

const entrySchema = z.object({ id: z.string() });

export interface ResumeStore {
  read(key: unknown): Promise<string | null>;
  write(key: unknown, id: string): Promise<void>;
  delete(key: unknown): Promise<void>;
}

export function createResumeStore(folder: string): ResumeStore {
  const path = (key: unknown): string => join(folder, `${digestOf(key)}.json`);
  return {
    async read(key) {
      const text = await readFile(path(key), 'utf8').catch(() => null);
      if (text === null) return null;
      try {
        return entrySchema.parse(JSON.parse(text)).id;
      } catch {
        return null;
      }
    },
    async write(key, id) {
      await mkdir(folder, { recursive: true });
      await writeFile(path(key), `${JSON.stringify({ id })}\n`, { mode: 0o600 });
    },
    delete: (key) => rm(path(key), { force: true }),
  };
}
