// Features of stores on a server: direct uploads, large files in parts, erasing of unfinished uploads.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256, sha256File } from '../digest.js';
import { openFileStore } from '../file-store.js';
import { bucketKeys, parseUploadKey } from '../layout.js';
import type { RemoteArtifactStore, UploadPart, UploadTicket } from '../remote-port.js';
import { beginParts } from './multipart.js';
import { newPlace, type S3Lacks, type S3Place, type S3Server } from './server.testing.js';

const MiB = 2 ** 20;
/** The minimum part size of servers, so that a few MiB use the same paths as a few GiB. */
const limits = { singlePutBytes: MiB, partBytes: 5 * MiB, copyBytes: 6 * MiB };

export function s3RemoteContract(title: string, start: () => Promise<S3Server>, lacks: S3Lacks): void {
  describe(`${title} takes uploads`, () => {
    let server: S3Server;
    let place: S3Place;
    let store: RemoteArtifactStore;
    beforeAll(async () => {
      server = await start();
      place = await newPlace(server);
      store = await place.open({ limits });
    });
    afterAll(async () => {
      await place.close();
      await server.stop();
    });

    const file = randomBytes(12 * MiB + 345);
    const request = { person: 'uploads', bytes: file.length, contentType: 'video/mp4' };
    async function send(ticket: UploadTicket, parts: UploadPart[], content = file): Promise<void> {
      for (const { number, bytes, url } of parts) {
        const begin = (number - 1) * ticket.partBytes;
        expect((await fetch(url!, { method: 'PUT', body: content.subarray(begin, begin + bytes) })).status).toBe(200);
      }
    }
    const openUploads = async (key: string): Promise<number> =>
      (await place.bucket.client.listIncompleteUploadsQuery(place.bucket.name, key, '', '', '')).uploads.length;

    describe('from browsers', () => {
      it('in parts, resumes after an interruption, and gives the artifact of an import', async () => {
        const ticket = await store.beginUpload({ ...request, sha256: sha256(file) });
        expect(ticket.parts.map(({ number, bytes, done }) => [number, bytes, done])).toEqual([
          [1, 5 * MiB, false],
          [2, 5 * MiB, false],
          [3, 2 * MiB + 345, false],
        ]);
        await send(ticket, [ticket.parts[1]!]);
        await expect(store.completeUpload(ticket)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(`Of the ${file.length} bytes announced, ${5 * MiB} have arrived`),
        });
        await expect(store.adoptUpload('source-video', 'source', ticket.key)).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });

        const { key, uploadId } = ticket;
        const resumed = await (await place.open({ limits })).listParts({ key, uploadId });
        expect(resumed.parts.map(({ done, url }) => [done, url === null])).toEqual([
          [false, false],
          [true, true],
          [false, false],
        ]);
        await send(
          resumed,
          resumed.parts.filter(({ done }) => !done),
        );
        await store.completeUpload({ key, uploadId });
        await store.completeUpload({ key, uploadId });
        const ref = await store.adoptUpload('source-video', 'source', key);

        const scope = await store.scope('uploads');
        expect(await sha256File(await scope.path(ref, 'source'))).toEqual({ sha256: sha256(file), bytes: file.length });
        const local = place.folder('same.mp4');
        await mkdir(dirname(local), { recursive: true });
        await writeFile(local, file);
        expect(await scope.importFile('source-video', 'source', local)).toEqual(ref);
        expect(await place.bucket.head(key)).toBeNull();
        // As after a crash of the caller before it stored the answer.
        await store.completeUpload({ key, uploadId });
        expect((await store.listParts({ key, uploadId })).parts.map(({ done }) => done)).toEqual([true, true, true]);
        expect(await store.adoptUpload('source-video', 'source', key)).toEqual(ref);
        await expect(store.adoptUpload('speech', 'source', key)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        await store.abortUpload({ key, uploadId });
        expect(await place.bucket.list(bucketKeys.scratch('uploads'))).toEqual([]);
        await expect(store.listParts({ key, uploadId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });

      it('refuses bytes with another hash', async () => {
        const ticket = await store.beginUpload({ ...request, bytes: 4, sha256: sha256('true') });
        await send(ticket, ticket.parts, Buffer.from('fake'));
        await store.completeUpload(ticket);
        await expect(store.adoptUpload('speech', 'source', ticket.key)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(sha256('true')),
        });
        expect(await place.bucket.list(bucketKeys.scratch('uploads'))).toEqual([]);
      });

      it('refuses more bytes than announced', async () => {
        const ticket = await store.beginUpload({ ...request, bytes: 4 });
        expect((await fetch(ticket.parts[0]!.url!, { method: 'PUT', body: 'more than that' })).status).toBe(200);
        await expect(store.completeUpload(ticket)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('14 have arrived'),
        });
        await store.abortUpload(ticket);
      });

      it('removes an aborted upload', async () => {
        const ticket = await store.beginUpload(request);
        await send(ticket, [ticket.parts[0]!]);
        await store.abortUpload(ticket);
        await store.abortUpload(ticket);
        expect(await openUploads(ticket.key)).toBe(0);
        expect((await fetch(ticket.parts[1]!.url!, { method: 'PUT', body: 'late' })).status).toBe(404);
        await expect(store.listParts(ticket)).rejects.toMatchObject({
          code: 'NOT_FOUND',
          hint: expect.stringContaining('again'),
        });
      });

      it.each([
        'people/uploads/records/portrait.json',
        'scratch/uploads/../x/data',
        'scratch/uploads/00000000-0000-4000-8000-000000000000/upload.json',
        '',
      ])('refuses "%s" as the key of an upload', async (key) => {
        for (const attempt of [store.listParts, store.completeUpload, store.abortUpload])
          await expect(attempt({ key, uploadId: 'x' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        await expect(store.adoptUpload('speech', 'source', key)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      });

      it('refuses invalid sizes and people', async () => {
        for (const bytes of [0, -1, 1.5, Number.NaN])
          await expect(store.beginUpload({ ...request, bytes })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        await expect(store.beginUpload({ ...request, person: '../x' })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      });
    });

    describe('of large files', () => {
      it('in parts, copied in parts on the server, leave no temporary objects', async () => {
        const scope = await store.scope('parts');
        const draft = await scope.create('preview');
        await draft.write('large.bin', file);
        await draft.write('middle.bin', file.subarray(0, 5 * MiB + 1));
        const ref = await draft.commit();
        const reader = await (
          await place.open({ limits, cache: { directory: place.folder('cache-parts'), maxBytes: 2 ** 30 } })
        ).scope('parts');
        for (const name of ['large.bin', 'middle.bin'])
          expect(await sha256File(await reader.path(ref, name))).toEqual(ref.files[name]);
        expect(await place.bucket.list(bucketKeys.scratch('parts'))).toEqual([]);
        for (const { key } of await place.bucket.list(bucketKeys.person('parts')))
          expect(await openUploads(key)).toBe(0);
      });

      it('committed concurrently are one artifact', async () => {
        const stores = await Promise.all(Array.from({ length: 3 }, () => place.open({ limits })));
        const refs = await Promise.all(
          stores.map(async (each) => {
            const draft = await (await each.scope('parts-race')).create('preview');
            await draft.write('large.bin', file);
            return draft.commit();
          }),
        );
        expect(new Set(refs.map(({ digest }) => digest)).size).toBe(1);
        const reader = await (
          await place.open({ cache: { directory: place.folder('cache-race'), maxBytes: 2 ** 30 } })
        ).scope('parts-race');
        expect(await sha256File(await reader.path(refs[0]!, 'large.bin'))).toEqual(refs[0]!.files['large.bin']);
        expect(await place.bucket.list(bucketKeys.scratch('parts-race'))).toEqual([]);
      });
    });

    describe('and erases', () => {
      it('uploads and copies in progress', async () => {
        const ticket = await store.beginUpload({ ...request, person: 'gone' });
        await send(ticket, [ticket.parts[0]!]);
        // As after a crash of a stage while the server copies.
        const { id } = parseUploadKey(ticket.key);
        const target = `blobs/aa/${'a'.repeat(64)}`;
        await place.bucket.put(bucketKeys.upload('gone', id).copying(target), Buffer.alloc(0));
        await beginParts(place.bucket, bucketKeys.person('gone') + target);
        expect([await openUploads(ticket.key), await openUploads(bucketKeys.person('gone') + target)]).toEqual([1, 1]);
        await (await store.scope('gone')).erase();
        expect([await openUploads(ticket.key), await openUploads(bucketKeys.person('gone') + target)]).toEqual([0, 0]);
        expect(await place.kept('gone')).toEqual([]);
      });

      it('more objects than one request can delete', async () => {
        const { records } = await store.scope('many');
        for (let i = 0; i < 1100; i += 50)
          await Promise.all(Array.from({ length: 50 }, (_, k) => records.put(`runs/${i + k}`, i + k)));
        expect((await records.list('runs')).length).toBe(1100);
        await (await store.scope('many')).erase();
        expect(await place.kept('many')).toEqual([]);
      });

      const unversioned = lacks.versions;
      (unversioned === undefined ? it : it.skip)(
        `every version${unversioned === undefined ? '' : ` (not supported, because ${unversioned})`}`,
        async () => {
          await place.bucket.client.setBucketVersioning(place.bucket.name, { Status: 'Enabled' });
          const scope = await store.scope('versions');
          for (const version of [1, 2, 3]) await scope.records.put('portrait', { version });
          await scope.records.delete('portrait');
          const versions = async (): Promise<number> =>
            (
              await place.bucket.client.listObjectsQuery(place.bucket.name, 'people/versions/', '', {
                Delimiter: '',
                MaxKeys: 100,
                IncludeVersion: true,
              })
            ).objects.length;
          expect(await versions()).toBe(4);
          await scope.erase();
          expect(await versions()).toBe(0);
          await place.bucket.client.setBucketVersioning(place.bucket.name, { Status: 'Suspended' });
        },
      );
    });

    it('has the layout of the file store', async () => {
      const scope = await store.scope('moved');
      const draft = await scope.create('checkpoint');
      await draft.write('state.bin', 'state');
      const ref = await draft.commit();
      await scope.records.put('checkpoints/key', ref);
      const folder = place.folder('as-files');
      for (const { key } of await place.bucket.list('people/moved/')) {
        await mkdir(dirname(join(folder, key)), { recursive: true });
        await writeFile(join(folder, key), (await place.bucket.read(key))!);
      }
      const files = await (await openFileStore(folder)).scope('moved');
      expect(await files.records.get('checkpoints/key')).toEqual(ref);
      expect(await sha256File(await files.path(ref, 'state.bin'))).toEqual(ref.files['state.bin']);
    });
  });
}
