// Ids of what a remote system was given on the way to a training or render: uploads and consents. The same command after an interruption
// goes on with them, and speech that was sent before is not sent again. Losing these files costs a second upload or question, nothing else.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from './start-once.js';

const entrySchema = z.object({ id: z.string() });

export interface ResumeStore {
  read(what: unknown): Promise<string | null>;
  write(what: unknown, id: string): Promise<void>;
  forget(what: unknown): Promise<void>;
}

export function createResumeStore(folder: string): ResumeStore {
  const path = (what: unknown): string => join(folder, `${digestOf(what)}.json`);
  return {
    async read(what) {
      const text = await readFile(path(what), 'utf8').catch(() => null);
      if (text === null) return null;
      try {
        return entrySchema.parse(JSON.parse(text)).id;
      } catch {
        return null;
      }
    },
    async write(what, id) {
      await mkdir(folder, { recursive: true });
      await writeFile(path(what), `${JSON.stringify({ id })}\n`, { mode: 0o600 });
    },
    forget: (what) => rm(path(what), { force: true }),
  };
}
