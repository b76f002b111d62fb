// Writes output files atomically: under a temporary name in the same folder, then renamed.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toPortraitError } from '@portrait/contracts';

/** The temporary name stays below the limits of every file system. */
const MAX_NAME_LENGTH = 60;

/** @param write writes the temporary file */
export async function writeAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, MAX_NAME_LENGTH)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw toPortraitError(error);
  }
}

/** Copies a file of the store to `to`. */
export function publishFile(from: string, to: string): Promise<void> {
  return writeAtomically(to, async (temporary) => {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    // Files of the store are read-only; the user's copy must be writable.
    await chmod(temporary, 0o644);
  });
}
