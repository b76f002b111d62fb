// Folders that exist as long as one test, or as all tests of a block.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';

export interface TemporaryDirectory {
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'portrait-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A folder for all tests of the enclosing block, removed after the last. Read it inside tests and hooks only. */
export function folderForTests(): { readonly path: string; file(name: string): string } {
  let folder: TemporaryDirectory;
  beforeAll(async () => {
    folder = await temporaryDirectory();
  });
  afterAll(() => folder[Symbol.asyncDispose]());
  return {
    get path() {
      return folder.path;
    },
    file: (name) => join(folder.path, name),
  };
}

/**
 * The same with a store in it. Pass `openTestScope` of the stage kit: this package cannot import it, because the kit's
 * own specs use this package.
 * @example const place = storeForTests(openTestScope); // in a test: place.scope, place.file('speech.wav')
 */
export function storeForTests<S>(open: (folder: string) => Promise<S>): {
  readonly scope: S;
  readonly path: string;
  file(name: string): string;
} {
  const folder = folderForTests();
  let scope: S;
  beforeAll(async () => {
    scope = await open(folder.file('store'));
  });
  return {
    get scope() {
      return scope;
    },
    get path() {
      return folder.path;
    },
    file: folder.file,
  };
}
