// The contract of the artifact store: one suite for every adapter. An adapter's spec opens, damages and inspects its
// store.
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { artifactsContract } from './contract-artifacts.testing.js';
import { recordsContract } from './contract-records.testing.js';
import type { ArtifactRef } from '@portrait/contracts';
import { commit, consent, read, type ContractContext, type StoreUnderTest } from './contract-helpers.testing.js';

export type { StoreUnderTest } from './contract-helpers.testing.js';

export function artifactStoreContract(title: string, start: () => Promise<StoreUnderTest>): void {
  describe(`${title} keeps the contract of the artifact store`, () => {
    const given = {} as ContractContext;
    beforeAll(async () => {
      given.folder = await mkdtemp(join(tmpdir(), 'portrait-test-'));
      given.place = await start();
      given.store = await given.place.open();
    });
    afterAll(async () => {
      await given.place.close();
      await rm(given.folder, { recursive: true, force: true });
    });

    artifactsContract(given);
    recordsContract(given);

    it('keeps a checkpoint of one run when another run discards one with equal bytes', async () => {
      const scope = await given.store.scope('runs');
      const made = async (run: string): Promise<ArtifactRef> => {
        const draft = await scope.create('checkpoint', run);
        await draft.write('state.bin', 'step 1');
        return draft.commit();
      };
      const [ended, going] = [await made('0123456789abcdef'), await made('fedcba9876543210')];
      expect(going).toMatchObject({ digest: ended.digest, run: 'fedcba9876543210' });
      await scope.discard(ended);
      const reader = await (await given.place.open()).scope('runs');
      expect(await readFile(await reader.path(going, 'state.bin'), 'utf8')).toBe('step 1');
      await expect(reader.path(ended, 'state.bin')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('discards a checkpoint and keeps artifacts with equal bytes', async () => {
      const scope = await given.store.scope('discard');
      const artifact = await commit(scope, 'preview', { 'segment.bin': 'finished' });
      const old = await commit(scope, 'checkpoint', { 'segment.bin': 'finished', 'state.bin': 'step 1' });
      const current = await commit(scope, 'checkpoint', { 'state.bin': 'step 2' });
      await scope.discard(old);
      await scope.discard(old);
      const reader = await (await given.place.open()).scope('discard');
      for (const name of ['segment.bin', 'state.bin'])
        await expect(reader.path(old, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await read(reader, artifact, 'segment.bin')).toString()).toBe('finished');
      expect((await read(reader, current, 'state.bin')).toString()).toBe('step 2');
    });

    it('gives empty, separate scratch folders and removes them on disposal', async () => {
      const scope = await given.store.scope('scratch');
      const before = await given.place.kept('scratch');
      const [one, two] = [await scope.scratch(), await scope.scratch()];
      expect(await readdir(one.path)).toEqual([]);
      expect(one.path).not.toBe(two.path);
      await writeFile(join(one.path, 'frame.raw'), 'x');
      await one[Symbol.asyncDispose]();
      await expect(access(one.path)).rejects.toMatchObject({ code: 'ENOENT' });
      await access(two.path);
      await two[Symbol.asyncDispose]();
      expect(await given.place.kept('scratch')).toEqual(before);
    });

    it('locks a name of a person for one holder at a time', async () => {
      const scope = await given.store.scope('locks');
      const held = await scope.lock('render-1');
      await expect((await given.store.scope('locks')).lock('render-1')).rejects.toMatchObject({
        code: 'STORE_BUSY',
        message: expect.stringContaining(String(process.pid)),
      });
      const others = [
        await scope.lock('render-2'),
        await (await given.store.scope('locks-of-another')).lock('render-1'),
      ];
      for (const lock of [held, ...others]) await lock[Symbol.asyncDispose]();
      await (await scope.lock('render-1'))[Symbol.asyncDispose]();
      const winners = (await Promise.allSettled(Array.from({ length: 8 }, () => scope.lock('race')))).filter(
        (result) => result.status === 'fulfilled',
      );
      expect(winners).toHaveLength(1);
      await winners[0]!.value[Symbol.asyncDispose]();
    });

    it('lists people and erases exactly one', async () => {
      const [anna, ann] = [await given.store.scope('anna'), await given.store.scope('ann')];
      const ref = await commit(ann, 'consent', { 'consent.json': consent('ann') });
      await commit(anna, 'consent', { 'consent.json': consent('anna') });
      await commit(anna, 'checkpoint', { 'state.bin': 'state' });
      await anna.records.put('runs/one', {});
      const [draft, scratch] = [await anna.create('preview'), await anna.scratch()];
      await draft.write('plot.png', 'unfinished');
      await writeFile(join(scratch.path, 'x'), 'x');
      expect((await given.place.kept('anna')).length).toBeGreaterThan(4);
      expect((await given.store.people()).filter((name) => name.startsWith('ann'))).toEqual(['ann', 'anna']);

      await anna.erase();
      expect(await given.place.kept('anna')).toEqual([]);
      expect((await (await given.place.open()).people()).filter((name) => name.startsWith('ann'))).toEqual(['ann']);
      expect((await read(await (await given.place.open()).scope('ann'), ref, 'consent.json')).toString()).toBe(
        consent('ann'),
      );
      await anna.erase();

      const again = await commit(anna, 'consent', { 'consent.json': consent('anna again') });
      expect((await read(anna, again, 'consent.json')).toString()).toBe(consent('anna again'));
    });
  });
}
