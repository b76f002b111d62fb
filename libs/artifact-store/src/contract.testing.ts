// The contract of the artifact store, one suite for every adapter. An adapter's spec says how it is opened, damaged and looked into.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ArtifactKind, ArtifactRef } from '@portrait/contracts';
import { artifactDigest, sha256 } from './digest.js';
import { within } from './layout.js';
import type { ArtifactScope, ArtifactStore } from './port.js';

export interface StoreUnderTest {
  /** A new instance on the same stored bytes, as another process would open it. */
  open(): Promise<ArtifactStore>;
  /** Overwrites what is stored under this name within the person's place, or deletes it with null. */
  damage(person: string, name: string, bytes: Buffer | null): Promise<void>;
  /** Names of all that is kept of a person, local copies included. */
  kept(person: string): Promise<string[]>;
  close(): Promise<void>;
}

const consent = (text: string): string => JSON.stringify({ text });
const refOf = (kind: ArtifactKind, name: string, content: string | Buffer): ArtifactRef => {
  const files = { [name]: { sha256: sha256(content), bytes: Buffer.byteLength(content) } };
  return { kind, digest: artifactDigest(kind, files), files };
};

async function commit<K extends ArtifactKind>(scope: ArtifactScope, kind: K, files: Record<string, string | Buffer>): Promise<ArtifactRef<K>> {
  const draft = await scope.create(kind);
  for (const [name, content] of Object.entries(files)) await draft.write(name, content);
  return draft.commit();
}

const read = async (scope: ArtifactScope, ref: ArtifactRef, name: string): Promise<Buffer> => readFile(await scope.path(ref, name));

export function artifactStoreContract(title: string, start: () => Promise<StoreUnderTest>): void {
  describe(`${title} keeps the contract of the artifact store`, () => {
    let place: StoreUnderTest;
    let folder: string;
    let store: ArtifactStore;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'portrait-test-'));
      place = await start();
      store = await place.open();
    });
    afterAll(async () => {
      await place.close();
      await rm(folder, { recursive: true, force: true });
    });

    describe('artifacts', () => {
      it('are not there before their commit, and whole after it, for every instance', async () => {
        const scope = await store.scope('atomic');
        const elsewhere = await (await place.open()).scope('atomic');
        const expected = refOf('consent', 'consent.json', consent('atomic'));
        const draft = await scope.create('consent');
        await draft.write('consent.json', consent('atomic'));
        await expect(elsewhere.path(expected, 'consent.json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
        const ref = await draft.commit();
        expect(ref).toEqual(expected);
        expect((await read(elsewhere, ref, 'consent.json')).toString()).toBe(consent('atomic'));
      });

      it('leave nothing behind when a draft is given up or is not complete', async () => {
        const scope = await store.scope('given-up');
        const before = await place.kept('given-up');
        const draft = await scope.create('clip');
        await draft.write('video.mkv', 'not a video');
        await draft.discard();
        await draft.discard();
        await expect(commit(scope, 'clip', { 'video.mkv': 'alone' })).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('audio.wav') });
        expect(await place.kept('given-up')).toEqual(before);
      });

      it('are known by their content, and stored once', async () => {
        const scope = await store.scope('content');
        const first = await commit(scope, 'background', { 'background.png': 'plate' });
        const kept = await place.kept('content');
        expect(await commit(await (await place.open()).scope('content'), 'background', { 'background.png': 'plate' })).toEqual(first);
        expect(await place.kept('content')).toEqual(kept);
        expect((await commit(scope, 'background', { 'background.png': 'another plate' })).digest).not.toBe(first.digest);
        const names = { 'a.png': '1', 'b.png': '2' };
        expect(await commit(scope, 'preview', Object.fromEntries(Object.entries(names).reverse()))).toEqual(await commit(scope, 'preview', names));
      });

      it('of the same content committed at once from several instances are one', async () => {
        const content = Buffer.alloc(300_000, 'race');
        const scopes = await Promise.all(Array.from({ length: 8 }, async () => (await place.open()).scope('race')));
        const refs = await Promise.all(scopes.map((scope) => commit(scope, 'preview', { 'plot.png': content, 'same.png': content })));
        expect(new Set(refs.map((ref) => ref.digest)).size).toBe(1);
        for (const scope of scopes) expect((await read(scope, refs[0]!, 'plot.png')).equals(content)).toBe(true);
        const names = (await place.kept('race')).map((name) => name.split('/').at(-1)!);
        expect(names).toContain(`${refs[0]!.digest}.json`);
        expect(new Set(names).size).toBe(2);
      });

      it('may hold any bytes', async () => {
        const scope = await store.scope('odd');
        const files = { 'empty.bin': Buffer.alloc(0), 'every.bin': Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)), 'text.txt': Buffer.from('ä\r\n\u0000\ufeff<Error>&amp;</Error>\n'), '_.-': Buffer.from('x') };
        const ref = await commit(scope, 'preview', files);
        const elsewhere = await (await place.open()).scope('odd');
        for (const [name, content] of Object.entries(files)) expect((await read(elsewhere, ref, name)).equals(content)).toBe(true);
      });

      it('may be large', async () => {
        const scope = await store.scope('large');
        const bytes = 64 * 2 ** 20 + 12_345;
        const path = join(folder, 'large.bin');
        const hash = createHash('sha256');
        const file = await open(path, 'w');
        for (let done = 0; done < bytes; done += 2 ** 20) {
          const block = createHash('shake256', { outputLength: Math.min(2 ** 20, bytes - done) }).update(String(done)).digest();
          hash.update(block);
          await file.write(block);
        }
        await file.close();
        const ref = await scope.importFile('source-video', 'source', path);
        expect(ref.files['source']).toEqual({ sha256: hash.digest('hex'), bytes });
        const found = createHash('sha256');
        for await (const chunk of createReadStream(await (await (await place.open()).scope('large')).path(ref, 'source'))) found.update(chunk as Buffer);
        expect(found.digest('hex')).toBe(ref.files['source']!.sha256);
      });

      it('are read as JSON through a schema', async () => {
        const scope = await store.scope('json');
        const draft = await scope.create('track');
        await draft.writeJson('track.json', { frames: [1, 2] });
        const ref = await draft.commit();
        expect(await scope.readJson(ref, 'track.json')).toEqual({ frames: [1, 2] });
        await expect(scope.readJson(ref, 'track.json', z.object({ frames: z.string() }))).rejects.toThrow();
      });

      it('cannot be written through the path they are read by', async () => {
        const scope = await store.scope('read-only');
        const ref = await commit(scope, 'consent', { 'consent.json': consent('fixed') });
        expect((await stat(await scope.path(ref, 'consent.json'))).mode & 0o222).toBe(0);
      });

      it('are imported from a file that stays as it is', async () => {
        const scope = await store.scope('imported');
        const path = join(folder, 'speech.wav');
        await writeFile(path, 'speech', { mode: 0o644 });
        const ref = await scope.importFile('speech', 'source', path);
        expect((await read(scope, ref, 'source')).toString()).toBe('speech');
        expect((await stat(path)).mode & 0o777).toBe(0o644);
        await expect(scope.importFile('speech', 'source', join(folder, 'nothing.wav'))).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('nothing.wav') });
      });
    });

    describe('reading', () => {
      it('refuses bytes that have changed, and says so when they are gone', async () => {
        const scope = await store.scope('damaged');
        const ref = await commit(scope, 'consent', { 'consent.json': consent('true') });
        const name = within.blob('consent', ref.files['consent.json']!.sha256);
        const reader = async (): Promise<ArtifactScope> => (await place.open()).scope('damaged');
        await place.damage('damaged', name, Buffer.from(consent('TRUE')));
        await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT', message: expect.stringContaining('consent.json'), hint: expect.stringContaining(ref.files['consent.json']!.sha256) });
        await place.damage('damaged', name, Buffer.from(consent('true').slice(0, -1)));
        await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
        await place.damage('damaged', name, null);
        await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect((await reader()).path(ref, 'other.json')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('other.json') });
      });

      it('gives paths that stay while the scope is in use, also when asked twice at once', async () => {
        const scope = await (await place.open()).scope('paths');
        const ref = await commit(await store.scope('paths'), 'preview', { 'a.png': 'a', 'b.png': 'b' });
        const paths = await Promise.all(['a.png', 'b.png', 'a.png', 'b.png'].map((name) => scope.path(ref, name)));
        expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(['a', 'b', 'a', 'b']);
        await scope[Symbol.asyncDispose]();
        expect((await read(scope, ref, 'a.png')).toString()).toBe('a');
      });
    });

    describe('records', () => {
      it('are replaced, listed by folder and deleted', async () => {
        const { records } = await store.scope('records');
        expect(await records.get('portrait')).toBeNull();
        expect(await records.list('')).toEqual([]);
        await records.put('portrait', { version: 1 });
        await records.put('portrait', { version: 2, text: 'ä\n"' });
        for (const name of ['runs/b', 'runs/a', 'runs/deep/c', 'runs-of-another/d']) await records.put(name, name);
        const elsewhere = (await (await place.open()).scope('records')).records;
        expect(await elsewhere.get('portrait')).toEqual({ version: 2, text: 'ä\n"' });
        expect(await elsewhere.list('runs')).toEqual(['runs/a', 'runs/b', 'runs/deep/c']);
        expect(await elsewhere.list('')).toEqual(['portrait', 'runs-of-another/d', 'runs/a', 'runs/b', 'runs/deep/c']);
        expect(await elsewhere.list('nothing')).toEqual([]);
        await elsewhere.delete('runs/a');
        await elsewhere.delete('runs/a');
        expect(await records.get('runs/a')).toBeNull();
        expect(await records.list('runs')).toEqual(['runs/b', 'runs/deep/c']);
      });

      it('written at once are one of those written, never a mixture', async () => {
        const scopes = await Promise.all(Array.from({ length: 8 }, async () => (await place.open()).scope('record-race')));
        await Promise.all(scopes.map(({ records }, i) => records.put('portrait', { by: i, same: Array<number>(2000).fill(i) })));
        const { by, same } = (await scopes[0]!.records.get('portrait')) as { by: number; same: number[] };
        expect(same).toEqual(Array<number>(2000).fill(by));
      });

      it('that are not JSON are refused, with their name', async () => {
        const { records } = await store.scope('broken-record');
        await records.put('portrait', {});
        await place.damage('broken-record', within.record('portrait'), Buffer.from('{'));
        await expect(records.get('portrait')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT', message: expect.stringContaining('portrait') });
      });
    });

    describe('names', () => {
      it.each(['', 'Anna', '-anna', '../anna', 'an/na', 'a'.repeat(65), 'anna.', 'ännä'])('refuse the person "%s"', async (person) => {
        await expect(store.scope(person)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(person) });
      });

      it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.a', 'a b', 'a\\b'])('refuse the record "%s"', async (name) => {
        const { records } = await store.scope('names');
        for (const attempt of [() => records.get(name), () => records.put(name, 1), () => records.delete(name)]) {
          await expect((async () => attempt())()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        }
      });

      it('refuse files that the kind does not have', async () => {
        const draft = await (await store.scope('names')).create('consent');
        for (const name of ['other.json', '../consent.json', '', 'a/b']) expect(() => draft.path(name)).toThrow('An artifact of kind consent has no file');
        await draft.discard();
      });
    });

    it('discards a checkpoint and keeps everything else, equal bytes included', async () => {
      const scope = await store.scope('discard');
      const artifact = await commit(scope, 'preview', { 'segment.bin': 'finished' });
      const old = await commit(scope, 'checkpoint', { 'segment.bin': 'finished', 'state.bin': 'step 1' });
      const current = await commit(scope, 'checkpoint', { 'state.bin': 'step 2' });
      await scope.discard(old);
      await scope.discard(old);
      const reader = await (await place.open()).scope('discard');
      for (const name of ['segment.bin', 'state.bin']) await expect(reader.path(old, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await read(reader, artifact, 'segment.bin')).toString()).toBe('finished');
      expect((await read(reader, current, 'state.bin')).toString()).toBe('step 2');
    });

    it('gives scratch folders that are empty, apart from each other, and gone afterwards', async () => {
      const scope = await store.scope('scratch');
      const before = await place.kept('scratch');
      const [one, two] = [await scope.scratch(), await scope.scratch()];
      expect(await readdir(one.path)).toEqual([]);
      expect(one.path).not.toBe(two.path);
      await writeFile(join(one.path, 'frame.raw'), 'x');
      await one[Symbol.asyncDispose]();
      await expect(access(one.path)).rejects.toMatchObject({ code: 'ENOENT' });
      await access(two.path);
      await two[Symbol.asyncDispose]();
      expect(await place.kept('scratch')).toEqual(before);
    });

    it('locks one name of one person for one holder at a time', async () => {
      const scope = await store.scope('locks');
      const held = await scope.lock('render-1');
      await expect((await store.scope('locks')).lock('render-1')).rejects.toMatchObject({ code: 'STORE_BUSY', message: expect.stringContaining(String(process.pid)) });
      const others = [await scope.lock('render-2'), await (await store.scope('locks-of-another')).lock('render-1')];
      for (const lock of [held, ...others]) await lock[Symbol.asyncDispose]();
      await (await scope.lock('render-1'))[Symbol.asyncDispose]();
      const winners = (await Promise.allSettled(Array.from({ length: 8 }, () => scope.lock('race')))).filter((result) => result.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      await winners[0]!.value[Symbol.asyncDispose]();
    });

    it('lists people, and erases one whole and no other', async () => {
      const [anna, ann] = [await store.scope('anna'), await store.scope('ann')];
      const ref = await commit(ann, 'consent', { 'consent.json': consent('ann') });
      await commit(anna, 'consent', { 'consent.json': consent('anna') });
      await commit(anna, 'checkpoint', { 'state.bin': 'state' });
      await anna.records.put('runs/one', {});
      const [draft, scratch] = [await anna.create('preview'), await anna.scratch()];
      await draft.write('plot.png', 'unfinished');
      await writeFile(join(scratch.path, 'x'), 'x');
      expect((await place.kept('anna')).length).toBeGreaterThan(4);
      expect((await store.people()).filter((name) => name.startsWith('ann'))).toEqual(['ann', 'anna']);

      await anna.erase();
      expect(await place.kept('anna')).toEqual([]);
      expect((await (await place.open()).people()).filter((name) => name.startsWith('ann'))).toEqual(['ann']);
      expect((await read(await (await place.open()).scope('ann'), ref, 'consent.json')).toString()).toBe(consent('ann'));
      await anna.erase();

      const again = await commit(anna, 'consent', { 'consent.json': consent('anna again') });
      expect((await read(anna, again, 'consent.json')).toString()).toBe(consent('anna again'));
    });
  });
}
