// Puts a file of the store where a person wants it: under a temporary name in the same folder first, then renamed, so that
// nobody ever sees half a file.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toPortraitError } from '@portrait/contracts';

export async function publishFile(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  const temporary = join(folder, `.${basename(to)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    // Files of the store are read-only; the copy belongs to the user.
    await chmod(temporary, 0o644);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw toPortraitError(error);
  }
}
