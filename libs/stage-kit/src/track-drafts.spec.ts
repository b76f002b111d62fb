import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { openTestScope } from './testing.js';
import { trackDrafts } from './track-drafts.js';

it('removes what was not committed and keeps what was', async () => {
  const folder = await temporaryDirectory();
  try {
    const scope = await openTestScope(folder.path);
    const drafts = trackDrafts(scope, '0123456789abcdef'.repeat(4));
    const kept = await drafts.artifacts.create('preview');
    await kept.write('a.txt', 'kept');
    const ref = await kept.commit();
    await (await drafts.artifacts.create('preview')).write('b.txt', 'left behind');
    await drafts.discardOpen();
    expect(await readdir(join(folder.path, 'people', 'test', 'tmp'))).toEqual([]);
    await expect(scope.path(ref, 'a.txt')).resolves.toBeTruthy();
  } finally {
    await folder[Symbol.asyncDispose]();
  }
});
