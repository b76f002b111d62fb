// Finds the real footage and speech that tests run on. It is never part of the tree, so its absence is a state with a reason.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from '@jest/globals';

const repositoryRoot = resolve(import.meta.dirname, '../../..');
const dataRoot = process.env['PORTRAIT_DATA'] ?? join(repositoryRoot, '../shared/data');

/** Absolute path of a shared file, for example `video/cnn2_25fps.mp4`. */
export function sharedData(relative: string): string {
  return join(dataRoot, relative);
}

export function hasSharedData(...relative: string[]): boolean {
  return relative.every((r) => existsSync(sharedData(r)));
}

/** `describe`, or a skipped block that names the missing files. */
export function describeWithData(title: string, files: string[], body: () => void): void {
  if (hasSharedData(...files)) describe(title, body);
  else describe.skip(`${title} (not run, because ${files.join(', ')} is not below PORTRAIT_DATA)`, body);
}
