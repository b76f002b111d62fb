import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { lockFile } from './file-lock.js';
import { thisProcess } from './process-owner.js';

const DEAD_PID = 999_999_999;

async function leave(path: string, content: unknown, ageSeconds = 0): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const then = new Date(Date.now() - ageSeconds * 1000);
  await utimes(path, then, then);
}

describe('a lock file', () => {
  const since = '2026-01-01T00:00:00.000Z';

  it('of an exited process is taken over by exactly one of several', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'locks', 'one.lock');
    for (const holder of [
      { pid: DEAD_PID, started: '1', since },
      { ...thisProcess, pid: DEAD_PID, since },
    ]) {
      await leave(path, holder);
      const taken = (await Promise.allSettled(Array.from({ length: 8 }, () => lockFile(path, 'one')))).filter(
        (result) => result.status === 'fulfilled',
      );
      expect(taken).toHaveLength(1);
      await taken[0]!.value[Symbol.asyncDispose]();
      expect(await readdir(dirname(path))).toEqual([]);
    }
  });

  it('of a reused pid is taken over', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'one.lock');
    await leave(path, { ...thisProcess, started: '1', since });
    // Only Linux reports when a process started; elsewhere the pid alone identifies it.
    if (thisProcess.started === '') await expect(lockFile(path, 'one')).rejects.toMatchObject({ code: 'STORE_BUSY' });
    else await (await lockFile(path, 'one'))[Symbol.asyncDispose]();
  });

  it('of another machine is valid while it is refreshed', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'one.lock');
    const holder = { pid: 7, started: '1', host: 'ffffffff', since };
    await leave(path, holder, 30);
    await expect(lockFile(path, 'the work')).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: expect.stringMatching(/process 7, since 2026.*the work/),
    });
    await leave(path, holder, 3600);
    await (await lockFile(path, 'one'))[Symbol.asyncDispose]();
  });

  it('that cannot be read is valid while it is fresh: it may be half written', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'one.lock');
    await leave(path, '');
    await expect(lockFile(path, 'one')).rejects.toMatchObject({ code: 'STORE_BUSY' });
    await leave(path, '', 3600);
    await (await lockFile(path, 'one'))[Symbol.asyncDispose]();
  });
});
