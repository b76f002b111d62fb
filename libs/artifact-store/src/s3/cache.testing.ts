// Local copies of a bucket: bound, held files, damage, several processes, broken connections, people erased elsewhere.
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as dial, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '@portrait/contracts';
import { bucketKeys, personKeys } from '../layout.js';
import type { ArtifactScope } from '../port.js';
import type { RemoteArtifactStore } from '../remote-port.js';
import { localFiles, newPlace, type S3Place, type S3Server } from './server.testing.js';

const KiB = 1024;

export function s3CacheContract(title: string, start: () => Promise<S3Server>): void {
  describe(`${title} caches locally`, () => {
    let server: S3Server;
    let place: S3Place;
    let writer: ArtifactScope;
    const refs: ArtifactRef[] = [];
    beforeAll(async () => {
      server = await start();
      place = await newPlace(server);
      writer = await (await place.open()).scope('anna');
      for (let i = 0; i < 6; i++) {
        const draft = await writer.create('speech');
        await draft.write('source', Buffer.alloc(100 * KiB, `file ${i} `));
        refs.push(await draft.commit());
      }
    });
    afterAll(async () => {
      await place.close();
      await server.stop();
    });

    const opened = (name: string, maxBytes = 250 * KiB): Promise<RemoteArtifactStore> =>
      place.open({ cache: { directory: place.folder(name), maxBytes } });
    const copiesIn = async (name: string): Promise<string[]> =>
      (await localFiles(join(place.folder(name), 'people')))
        .filter((file) => file.includes('/blobs/'))
        .map((file) => file.split('/').at(-1)!);
    const sha = (i: number): string => refs[i]!.files['source']!.sha256;
    const contentOf = (i: number): string => `file ${i} `;

    it('evicts the least recently used copies and keeps files a stage holds', async () => {
      const store = await opened('bound');
      const holder = await store.scope('anna');
      const held = await holder.path(refs[0]!, 'source');
      for (const i of [1, 2, 3, 4, 5]) {
        const scope = await store.scope('anna');
        await scope.path(refs[i]!, 'source');
        await scope[Symbol.asyncDispose]();
        // Every copy has 100 KiB: the bound leaves room for two.
        expect((await copiesIn('bound')).length).toBeLessThanOrEqual(2);
      }
      expect((await copiesIn('bound')).sort()).toEqual([sha(0), sha(5)].sort());
      const again = await store.scope('anna');
      await again.path(refs[0]!, 'source');
      await again.path(refs[1]!, 'source');
      await again[Symbol.asyncDispose]();
      await holder[Symbol.asyncDispose]();
      for (const i of [2, 3]) {
        const scope = await store.scope('anna');
        await scope.path(refs[i]!, 'source');
        await scope[Symbol.asyncDispose]();
      }
      expect((await copiesIn('bound')).sort()).toEqual([sha(2), sha(3)].sort());
      await expect(readFile(held)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('keeps a held file when another process evicts its copy', async () => {
      const [one, two] = [await opened('shared'), await opened('shared')];
      const holder = await one.scope('anna');
      const held = await holder.path(refs[0]!, 'source');
      await rm(join(place.folder('shared'), 'people', 'anna', personKeys.blob({ kind: 'speech' }, sha(0))));
      for (const i of [1, 2, 3]) await (await two.scope('anna')).path(refs[i]!, 'source');
      expect((await readFile(held, 'utf8')).startsWith(contentOf(0))).toBe(true);
    });

    it('fetches a file once for concurrent readers', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => opened('many', 2 ** 30)));
      const paths = await Promise.all(
        stores.flatMap((store) => refs.map(async (ref) => (await store.scope('anna')).path(ref, 'source'))),
      );
      for (const [k, path] of paths.entries())
        expect((await readFile(path, 'utf8')).startsWith(contentOf(k % refs.length))).toBe(true);
      expect((await copiesIn('many')).length).toBe(refs.length);
      // With local copies, reads do not reach the bucket.
      await place.bucket.put(
        bucketKeys.person('anna') + personKeys.blob({ kind: 'speech' }, sha(0)),
        Buffer.from('damaged on the server'),
      );
      expect(
        (await readFile(await (await stores[0]!.scope('anna')).path(refs[0]!, 'source'), 'utf8')).startsWith(
          contentOf(0),
        ),
      ).toBe(true);
      await place.bucket.put(
        bucketKeys.person('anna') + personKeys.blob({ kind: 'speech' }, sha(0)),
        Buffer.alloc(100 * KiB, contentOf(0)),
      );
    });

    it('replaces a damaged copy', async () => {
      const store = await opened('damaged');
      await (await store.scope('anna')).path(refs[1]!, 'source');
      const copy = join(place.folder('damaged'), 'people', 'anna', personKeys.blob({ kind: 'speech' }, sha(1)));
      await rm(copy);
      await writeFile(copy, Buffer.alloc(100 * KiB, 'damaged'));
      expect(
        (await readFile(await (await store.scope('anna')).path(refs[1]!, 'source'), 'utf8')).startsWith(contentOf(1)),
      ).toBe(true);
      expect((await readFile(copy, 'utf8')).startsWith(contentOf(1))).toBe(true);
    });

    it('keeps what is made here, so that the next stage fetches nothing', async () => {
      const store = await opened('made');
      const draft = await (await store.scope('bert')).create('speech');
      await draft.write('source', 'made here');
      const ref = await draft.commit();
      expect(await copiesIn('made')).toEqual([ref.files['source']!.sha256]);
      expect(
        (
          await stat(
            join(
              place.folder('made'),
              'people',
              'bert',
              personKeys.blob({ kind: 'speech' }, ref.files['source']!.sha256),
            ),
          )
        ).mode & 0o222,
      ).toBe(0);
    });

    it('removes copies of people erased on another machine', async () => {
      const [here, there] = [await opened('here'), await opened('there')];
      const draft = await (await here.scope('carl')).create('speech');
      await draft.write('source', 'carl');
      const ref = await draft.commit();
      const theirs = [await there.scope('carl'), await there.scope('anna')];
      for (const [i, each] of [ref, refs[2]!].entries()) await theirs[i]!.path(each, 'source');
      await (await here.scope('carl')).erase();
      expect(await localFiles(join(place.folder('here'), 'people', 'carl'))).toEqual([]);
      expect((await copiesIn('there')).length).toBe(2);
      await Promise.all(theirs.map((scope) => scope[Symbol.asyncDispose]()));
      await there.forgetErased();
      expect(await copiesIn('there')).toEqual([sha(2)]);
      expect(await readdir(join(place.folder('there'), 'people'))).toEqual(['anna']);
      await there.forgetLocal('carl');
      await there.forgetLocal('anna');
      expect(await localFiles(join(place.folder('there'), 'people'))).toEqual([]);
    });

    it('removes files held by exited processes', async () => {
      const dead = join(
        place.folder('swept'),
        'people',
        'anna',
        'held',
        '999999999-01234567-89ab-4def-8123-456789abcdef',
      );
      await mkdir(dead, { recursive: true });
      await writeFile(join(dead, 'file'), 'x');
      await opened('swept');
      await expect(stat(dead)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('needs a writable folder', async () => {
      await writeFile(place.folder('file'), '');
      await chmod(place.folder('file'), 0o644);
      await expect(opened('file')).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringContaining('cache'),
      });
    });

    it('resumes over broken connections and reports a server that is gone', async () => {
      const draft = await writer.create('speech');
      await draft.write('source', Buffer.alloc(3 * 2 ** 20, 'long enough to break '));
      const ref = await draft.commit();
      await using proxy = await breakingProxy(place.connection.endPoint, place.connection.port!, 2 ** 20);
      const store = await place.open({
        endPoint: '127.0.0.1',
        port: proxy.port,
        cache: { directory: place.folder('broken'), maxBytes: 2 ** 30 },
      });
      expect((await stat(await (await store.scope('anna')).path(ref, 'source'))).size).toBe(3 * 2 ** 20);
      expect(proxy.broken()).toBeGreaterThanOrEqual(3);
      await proxy[Symbol.asyncDispose]();
      await expect((await store.scope('anna')).path(refs[0]!, 'source')).rejects.toMatchObject({
        code: 'STORE_UNREACHABLE',
      });
    });
  });
}

/** A proxy that breaks every connection after `afterBytes` of answers. */
async function breakingProxy(
  host: string,
  port: number,
  afterBytes: number,
): Promise<{ port: number; broken(): number } & AsyncDisposable> {
  let broken = 0;
  const sockets = new Set<{ destroy(): unknown }>();
  const proxy: Server = createServer((client) => {
    const server = dial(port, host);
    let passed = 0;
    sockets.add(client).add(server);
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, afterBytes - passed));
      passed += chunk.length;
      if (passed < afterBytes) return;
      broken++;
      server.removeAllListeners('data');
      client.end(() => client.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as { port: number }).port,
    broken: () => broken,
    async [Symbol.asyncDispose]() {
      const closed = proxy.listening ? once(proxy, 'close') : null;
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
