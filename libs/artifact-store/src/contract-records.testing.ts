// Contract of the artifact store: records and valid names.
import { describe, expect, it } from '@jest/globals';
import type { ContractContext } from './contract-helpers.testing.js';
import { personKeys } from './layout.js';

export function recordsContract(given: ContractContext): void {
  describe('records', () => {
    it('are replaced, listed by folder and deleted', async () => {
      const { records } = await given.store.scope('records');
      expect(await records.get('portrait')).toBeNull();
      expect(await records.list('')).toEqual([]);
      await records.put('portrait', { version: 1 });
      await records.put('portrait', { version: 2, text: 'ä\n"' });
      for (const name of ['runs/b', 'runs/a', 'runs/deep/c', 'runs-of-another/d']) await records.put(name, name);
      const elsewhere = (await (await given.place.open()).scope('records')).records;
      expect(await elsewhere.get('portrait')).toEqual({ version: 2, text: 'ä\n"' });
      expect(await elsewhere.list('runs')).toEqual(['runs/a', 'runs/b', 'runs/deep/c']);
      expect(await elsewhere.list('')).toEqual(['portrait', 'runs-of-another/d', 'runs/a', 'runs/b', 'runs/deep/c']);
      expect(await elsewhere.list('nothing')).toEqual([]);
      await elsewhere.delete('runs/a');
      await elsewhere.delete('runs/a');
      expect(await records.get('runs/a')).toBeNull();
      expect(await records.list('runs')).toEqual(['runs/b', 'runs/deep/c']);
    });

    it('written concurrently hold one of the documents, never a mixture', async () => {
      const scopes = await Promise.all(
        Array.from({ length: 8 }, async () => (await given.place.open()).scope('record-race')),
      );
      await Promise.all(
        scopes.map(({ records }, i) => records.put('portrait', { by: i, same: Array<number>(2000).fill(i) })),
      );
      const { by, same } = (await scopes[0]!.records.get('portrait')) as { by: number; same: number[] };
      expect(same).toEqual(Array<number>(2000).fill(by));
    });

    it('that are not JSON are refused by name', async () => {
      const { records } = await given.store.scope('broken-record');
      await records.put('portrait', {});
      await given.place.damage('broken-record', personKeys.record('portrait'), Buffer.from('{'));
      await expect(records.get('portrait')).rejects.toMatchObject({
        code: 'ARTIFACT_CORRUPT',
        message: expect.stringContaining('portrait'),
      });
    });
  });

  describe('names', () => {
    it.each(['', 'Anna', '-anna', '../anna', 'an/na', 'a'.repeat(65), 'anna.', 'ännä'])(
      'refuse the person "%s"',
      async (person) => {
        await expect(given.store.scope(person)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(person),
        });
      },
    );

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.a', 'a b', 'a\\b'])('refuse the record "%s"', async (name) => {
      const { records } = await given.store.scope('names');
      for (const attempt of [() => records.get(name), () => records.put(name, 1), () => records.delete(name)]) {
        await expect((async () => attempt())()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
    });

    it('refuse files that the kind does not have', async () => {
      const draft = await (await given.store.scope('names')).create('consent');
      for (const name of ['other.json', '../consent.json', '', 'a/b'])
        expect(() => draft.path(name)).toThrow('An artifact of kind consent has no file');
      await draft.discard();
    });
  });
}
