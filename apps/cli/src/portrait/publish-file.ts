// Puts a file where a person wants it: under a temporary name in the same folder first, then renamed, so that nobody ever sees
// half a file.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toPortraitError } from '@portrait/contracts';

/** A name so long with what is put round it still fits every file system. */
const MAX_NAME_LENGTH = 60;

/** @param write fills the file of the name it is given */
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

/** A file of the store. */
export function publishFile(from: string, to: string): Promise<void> {
  return writeAtomically(to, async (temporary) => {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    // Files of the store are read-only; the copy belongs to the user.
    await chmod(temporary, 0o644);
  });
}
