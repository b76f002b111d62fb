// Contract of the artifact store: drafts, commits and reading of artifacts.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ArtifactKind, ArtifactRef } from '@portrait/contracts';
import { commit, consent, read, type ContractContext } from './contract-helpers.testing.js';
import { artifactDigest, sha256 } from './digest.js';
import { personKeys } from './layout.js';
import type { ArtifactScope } from './port.js';

const refOf = (kind: ArtifactKind, name: string, content: string | Buffer): ArtifactRef => {
  const files = { [name]: { sha256: sha256(content), bytes: Buffer.byteLength(content) } };
  return { kind, digest: artifactDigest(kind, files), files };
};

export function artifactsContract(given: ContractContext): void {
  describe('artifacts', () => {
    it('appear whole at commit and not before, for every instance', async () => {
      const scope = await given.store.scope('atomic');
      const elsewhere = await (await given.place.open()).scope('atomic');
      const expected = refOf('consent', 'consent.json', consent('atomic'));
      const draft = await scope.create('consent');
      await draft.write('consent.json', consent('atomic'));
      await expect(elsewhere.path(expected, 'consent.json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const ref = await draft.commit();
      expect(ref).toEqual(expected);
      expect((await read(elsewhere, ref, 'consent.json')).toString()).toBe(consent('atomic'));
    });

    it('leave nothing behind when a draft is discarded or incomplete', async () => {
      const scope = await given.store.scope('given-up');
      const before = await given.place.kept('given-up');
      const draft = await scope.create('clip');
      await draft.write('video.mkv', 'not a video');
      await draft.discard();
      await draft.discard();
      await expect(commit(scope, 'clip', { 'video.mkv': 'alone' })).rejects.toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('audio.wav'),
      });
      expect(await given.place.kept('given-up')).toEqual(before);
    });

    it('are addressed by content and stored once', async () => {
      const scope = await given.store.scope('content');
      const first = await commit(scope, 'background', { 'background.png': 'plate' });
      const kept = await given.place.kept('content');
      expect(
        await commit(await (await given.place.open()).scope('content'), 'background', { 'background.png': 'plate' }),
      ).toEqual(first);
      expect(await given.place.kept('content')).toEqual(kept);
      expect((await commit(scope, 'background', { 'background.png': 'another plate' })).digest).not.toBe(first.digest);
      const names = { 'a.png': '1', 'b.png': '2' };
      expect(await commit(scope, 'preview', Object.fromEntries(Object.entries(names).reverse()))).toEqual(
        await commit(scope, 'preview', names),
      );
    });

    it('of equal content committed concurrently are one artifact', async () => {
      const content = Buffer.alloc(300_000, 'race');
      const scopes = await Promise.all(Array.from({ length: 8 }, async () => (await given.place.open()).scope('race')));
      const refs = await Promise.all(
        scopes.map((scope) => commit(scope, 'preview', { 'plot.png': content, 'same.png': content })),
      );
      expect(new Set(refs.map((ref) => ref.digest)).size).toBe(1);
      for (const scope of scopes) expect((await read(scope, refs[0]!, 'plot.png')).equals(content)).toBe(true);
      const names = (await given.place.kept('race')).map((name) => name.split('/').at(-1)!);
      expect(names).toContain(`${refs[0]!.digest}.json`);
      expect(new Set(names).size).toBe(2);
    });

    it('hold any bytes', async () => {
      const scope = await given.store.scope('odd');
      const files = {
        'empty.bin': Buffer.alloc(0),
        'every.bin': Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)),
        'text.txt': Buffer.from('ä\r\n\u0000\ufeff<Error>&amp;</Error>\n'),
        '_.-': Buffer.from('x'),
      };
      const ref = await commit(scope, 'preview', files);
      const elsewhere = await (await given.place.open()).scope('odd');
      for (const [name, content] of Object.entries(files))
        expect((await read(elsewhere, ref, name)).equals(content)).toBe(true);
    });

    it('can be larger than one request', async () => {
      const scope = await given.store.scope('large');
      const bytes = 64 * 2 ** 20 + 12_345;
      const path = join(given.folder, 'large.bin');
      const hash = createHash('sha256');
      const file = await open(path, 'w');
      for (let done = 0; done < bytes; done += 2 ** 20) {
        const block = createHash('shake256', { outputLength: Math.min(2 ** 20, bytes - done) })
          .update(String(done))
          .digest();
        hash.update(block);
        await file.write(block);
      }
      await file.close();
      const ref = await scope.importFile('source-video', 'source', path);
      expect(ref.files['source']).toEqual({ sha256: hash.digest('hex'), bytes });
      const found = createHash('sha256');
      for await (const chunk of createReadStream(
        await (await (await given.place.open()).scope('large')).path(ref, 'source'),
      ))
        found.update(chunk as Buffer);
      expect(found.digest('hex')).toBe(ref.files['source']!.sha256);
    });

    it('are read as JSON through a schema', async () => {
      const scope = await given.store.scope('json');
      const draft = await scope.create('track');
      await draft.writeJson('track.json', { frames: [1, 2] });
      const ref = await draft.commit();
      expect(await scope.readJson(ref, 'track.json')).toEqual({ frames: [1, 2] });
      await expect(scope.readJson(ref, 'track.json', z.object({ frames: z.string() }))).rejects.toThrow();
    });

    it('are read-only at the path that is handed out', async () => {
      const scope = await given.store.scope('read-only');
      const ref = await commit(scope, 'consent', { 'consent.json': consent('fixed') });
      expect((await stat(await scope.path(ref, 'consent.json'))).mode & 0o222).toBe(0);
    });

    it('are imported without changing the source file', async () => {
      const scope = await given.store.scope('imported');
      const path = join(given.folder, 'speech.wav');
      await writeFile(path, 'speech', { mode: 0o644 });
      const ref = await scope.importFile('speech', 'source', path);
      expect((await read(scope, ref, 'source')).toString()).toBe('speech');
      expect((await stat(path)).mode & 0o777).toBe(0o644);
      await expect(scope.importFile('speech', 'source', join(given.folder, 'nothing.wav'))).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('nothing.wav'),
      });
    });
  });

  describe('reading', () => {
    it('refuses changed bytes and reports missing ones', async () => {
      const scope = await given.store.scope('damaged');
      const ref = await commit(scope, 'consent', { 'consent.json': consent('true') });
      const name = personKeys.blob({ kind: 'consent' }, ref.files['consent.json']!.sha256);
      const reader = async (): Promise<ArtifactScope> => (await given.place.open()).scope('damaged');
      await given.place.damage('damaged', name, Buffer.from(consent('TRUE')));
      await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({
        code: 'ARTIFACT_CORRUPT',
        message: expect.stringContaining('consent.json'),
        hint: expect.stringContaining(ref.files['consent.json']!.sha256),
      });
      await given.place.damage('damaged', name, Buffer.from(consent('true').slice(0, -1)));
      await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      await given.place.damage('damaged', name, null);
      await expect((await reader()).path(ref, 'consent.json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect((await reader()).path(ref, 'other.json')).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('other.json'),
      });
    });

    it('gives paths that stay valid while the scope is in use, also for concurrent calls', async () => {
      const scope = await (await given.place.open()).scope('paths');
      const ref = await commit(await given.store.scope('paths'), 'preview', { 'a.png': 'a', 'b.png': 'b' });
      const paths = await Promise.all(['a.png', 'b.png', 'a.png', 'b.png'].map((name) => scope.path(ref, name)));
      expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(['a', 'b', 'a', 'b']);
      await scope[Symbol.asyncDispose]();
      expect((await read(scope, ref, 'a.png')).toString()).toBe('a');
    });
  });
}
