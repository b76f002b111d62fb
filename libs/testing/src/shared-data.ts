// Locates the real footage and speech for tests. It is not part of the repository and may be absent.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from '@jest/globals';

const repositoryRoot = resolve(import.meta.dirname, '../../..');
const dataRoot = process.env['PORTRAIT_DATA'] ?? join(repositoryRoot, '../shared/data');

/** Absolute path of a shared file. @param relative for example `video/cnn2_25fps.mp4` */
export function sharedData(relative: string): string {
  return join(dataRoot, relative);
}

function hasSharedData(...relative: string[]): boolean {
  return relative.every((r) => existsSync(sharedData(r)));
}

/** `describe`, or a skipped block whose title names the missing files. */
export function describeWithData(title: string, files: string[], body: () => void): void {
  if (hasSharedData(...files)) describe(title, body);
  else describe.skip(`${title} (skipped: ${files.join(', ')} not found in PORTRAIT_DATA)`, body);
}
