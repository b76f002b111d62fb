// Access to a bucket: anonymous requests, links, restricted keys, and errors of an unavailable store.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PortraitError } from '@portrait/contracts';
import { bucketKeys, personKeys } from '../layout.js';
import type { RemoteArtifactStore } from '../remote-port.js';
import { Bucket } from './bucket.js';
import { restrictedCredentials } from './credentials.js';
import { servicePolicy, type StoreRole } from './policy.js';
import { prepareBucket } from './prepare-bucket.js';
import { newPlace, type S3Lacks, type S3Place, type S3Server } from './server.testing.js';

export function s3AccessContract(title: string, start: () => Promise<S3Server>, lacks: S3Lacks): void {
  describe(`${title} guards its bucket`, () => {
    let server: S3Server;
    let place: S3Place;
    let store: RemoteArtifactStore;
    beforeAll(async () => {
      server = await start();
      place = await newPlace(server);
      store = await place.open();
    });
    afterAll(async () => {
      await place.close();
      await server.stop();
    });

    async function speechOf(person: string, text: string) {
      const draft = await (await store.scope(person)).create('speech');
      await draft.write('source', text);
      const ref = await draft.commit();
      return { ref, key: bucketKeys.person(person) + personKeys.blob({ kind: 'speech' }, ref.files['source']!.sha256) };
    }

    it('is prepared repeatedly without changes', async () => {
      const { client, name } = place.bucket;
      const rules = await client.getBucketLifecycle(name);
      expect(JSON.stringify(rules)).toContain('scratch/');
      const own = { ID: 'operator', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } };
      await client.setBucketLifecycle(name, { Rule: [own] } as never);
      expect(await prepareBucket(place.connection, name)).toMatchObject({ created: false });
      expect(await prepareBucket(place.connection, name)).toMatchObject({ created: false });
      const after = (await client.getBucketLifecycle(name))!.Rule.map(({ ID }) => ID).sort();
      expect(after).toEqual(['operator', 'portrait-scratch']);
    });

    it('is refused when it is public', async () => {
      const other = await newPlace(server);
      const { client, name } = other.bucket;
      const open = {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: ['*'] },
            Action: ['s3:GetObject'],
            Resource: [`arn:aws:s3:::${name}/*`],
          },
        ],
      };
      await client.setBucketPolicy(name, JSON.stringify(open));
      await expect(prepareBucket(place.connection, name)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('open to anyone'),
      });
      await other.close();
    });

    it('refuses anonymous requests', async () => {
      const { key } = await speechOf('strangers', 'private');
      for (const [method, path] of [
        ['GET', `/${key}`],
        ['HEAD', `/${key}`],
        ['PUT', '/people/strangers/x'],
        ['DELETE', `/${key}`],
        ['GET', '/?list-type=2'],
      ] as const) {
        expect((await fetch(place.address + path, { method, ...(method === 'PUT' ? { body: 'x' } : {}) })).status).toBe(
          403,
        );
      }
    });

    it('gives links for one object and method that work until they expire', async () => {
      const { ref, key } = await speechOf('links', 'hello, world');
      const link = await store.presignGet({ person: 'links', ref, name: 'source' }, 600, {
        downloadName: 'Rede "für" alle;.wav',
        contentType: 'audio/wav',
      });
      const answer = await fetch(link);
      expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
        200,
        'hello, world',
        'audio/wav',
      ]);
      expect(answer.headers.get('content-disposition')).toBe(
        `attachment; filename="Rede _f_r_ alle_.wav"; filename*=UTF-8''Rede%20%22f%C3%BCr%22%20alle%3B.wav`,
      );
      const part = await fetch(link, { headers: { range: 'bytes=7-' } });
      expect([part.status, await part.text()]).toEqual([206, 'world']);

      const { key: other } = await speechOf('links', 'another');
      const tampered = [
        link.replace(key, other),
        link.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=6000'),
        link.replace(/.$/, (sign) => (sign === '0' ? '1' : '0')),
        link.replace('audio%2Fwav', 'text%2Fhtml'),
      ];
      for (const wrong of tampered) {
        expect(wrong).not.toBe(link);
        expect((await fetch(wrong)).status).toBe(403);
      }
      expect((await fetch(link, { method: 'PUT', body: 'x' })).status).toBe(403);

      const short = await store.presignGet({ person: 'links', ref, name: 'source' }, 1);
      while ((await fetch(short)).status !== 403) await new Promise((settle) => setTimeout(settle, 200));

      await expect(store.presignGet({ person: 'links', ref, name: 'source' }, 0)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await place.bucket.remove([key]);
      await expect(store.presignGet({ person: 'links', ref, name: 'source' }, 60)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('lets exactly one of eight writers create an object', async () => {
      const buckets = Array.from({ length: 8 }, () => new Bucket(place.connection, place.bucket.name));
      const first = await Promise.all(
        buckets.map((bucket, i) => bucket.putIfAbsent('people/race/one', Buffer.from(String(i)))),
      );
      expect(first.filter(Boolean)).toHaveLength(1);
      expect((await place.bucket.read('people/race/one'))!.toString()).toBe(String(first.indexOf(true)));
    });

    it('reports wrong keys and a missing bucket', async () => {
      await expect(place.open({ secretKey: 'wrong-secret' })).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringMatching(/does not permit these credentials/),
        hint: expect.stringContaining('keys'),
      });
      await expect(place.open({ accessKey: 'nobody' })).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
      await expect(place.open({ bucket: 'no-such-bucket-here' })).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringContaining('no-such-bucket-here'),
      });
    });

    it('reports a server that does not answer', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port } = closed.address() as { port: number };
      closed.close();
      await once(closed, 'close');
      await expect(place.open({ endPoint: '127.0.0.1', port })).rejects.toMatchObject({
        code: 'STORE_UNREACHABLE',
        message: expect.stringContaining(`http://127.0.0.1:${port}`),
        hint: expect.stringContaining('server is up'),
      });
    });

    it.each([
      ['ahead', 1],
      ['behind', -1],
    ])('reports both clocks when this one is an hour %s, and refuses to sign links', async (_, hours) => {
      const { ref, key } = await speechOf('skewed', `text ${hours}`);
      const late = await store.beginUpload({ person: 'skewed', bytes: 3, contentType: 'audio/wav' });
      // Only the clock is fake; timers are real.
      jest.useFakeTimers({
        now: Date.now() + hours * 3_600_000,
        advanceTimers: true,
        doNotFake: [
          'hrtime',
          'nextTick',
          'performance',
          'queueMicrotask',
          'setImmediate',
          'clearImmediate',
          'setInterval',
          'clearInterval',
          'setTimeout',
          'clearTimeout',
        ],
      });
      try {
        const refused = {
          code: 'STORE_UNWRITABLE',
          message: expect.stringMatching(/differ by more than 15 minutes: there it is \S+Z, here \S+Z\.$/),
          hint: expect.stringContaining('clock'),
        };
        const error = (await place.open().catch((thrown: unknown) => thrown)) as PortraitError;
        expect(error).toMatchObject(refused);
        const [there, here] = [...error.message.matchAll(/\d{4}-\S+?Z/g)].map(([time]) => Date.parse(time)) as [
          number,
          number,
        ];
        expect(Math.round((here - there) / 3_600_000)).toBe(hours);
        await expect(place.bucket.head(key)).rejects.toMatchObject(refused);
        await expect(place.bucket.put('people/skewed/x', Buffer.from('x'))).rejects.toMatchObject(refused);
        await expect(store.presignGet({ person: 'skewed', ref, name: 'source' }, 600)).rejects.toMatchObject(refused);
        await expect(store.beginUpload({ person: 'skewed', bytes: 3, contentType: 'audio/wav' })).rejects.toMatchObject(
          refused,
        );
        await expect(store.listParts(late)).rejects.toMatchObject(refused);
      } finally {
        jest.useRealTimers();
      }
      expect(await (await fetch(await store.presignGet({ person: 'skewed', ref, name: 'source' }, 600))).text()).toBe(
        `text ${hours}`,
      );
    });

    it('stops on abort', async () => {
      const stop = new AbortController();
      const stopped = await place.open({
        signal: stop.signal,
        cache: { directory: place.folder('cache-stopped'), maxBytes: 2 ** 20 },
      });
      const { ref } = await speechOf('stopped', 'text');
      stop.abort();
      await expect((await stopped.scope('stopped')).path(ref, 'source')).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect((await stopped.scope('stopped')).records.get('portrait')).rejects.toMatchObject({
        code: 'CANCELLED',
      });
    });

    const restricted = lacks['restricted-keys'];
    (restricted === undefined ? describe : describe.skip)(
      `restricted keys${restricted === undefined ? '' : ` (not supported, because ${restricted})`}`,
      () => {
        const as = async (role: StoreRole): Promise<RemoteArtifactStore> => {
          const keys = await restrictedCredentials({
            connection: place.connection,
            policy: servicePolicy(role, place.bucket.name),
          });
          return place.open({ ...keys, cache: { directory: place.folder(`cache-${role}`), maxBytes: 2 ** 20 } });
        };
        const refused = { code: 'STORE_UNWRITABLE', message: expect.stringContaining('does not permit') };

        it('let a stage work and delete only checkpoints and its records', async () => {
          const scope = await (await as('stage')).scope('roles');
          const draft = await scope.create('checkpoint');
          await draft.write('state.bin', 'step 1');
          const checkpoint = await draft.commit();
          await scope.records.put('checkpoints/key', checkpoint);
          await scope.records.put('runs/key', {});
          await scope.records.delete('checkpoints/key');
          await scope.records.delete('failures/key');
          await scope.discard(checkpoint);
          await expect(scope.path(checkpoint, 'state.bin')).rejects.toMatchObject({ code: 'NOT_FOUND' });
          expect(await scope.records.list('runs')).toEqual(['runs/key']);

          const { ref } = await speechOf('roles', 'kept');
          expect(await scope.path(ref, 'source')).toBeTruthy();
          await expect(scope.discard(ref)).rejects.toMatchObject(refused);
          await expect(scope.records.delete('runs/key')).rejects.toMatchObject(refused);
          await expect(scope.erase()).rejects.toMatchObject(refused);
          expect((await place.bucket.list('people/roles/blobs/')).length).toBe(1);
        });

        it('let the API take uploads and sign links, and delete only uploads', async () => {
          const api = await as('api');
          const eraser = await (await as('erase')).scope('roles-api');
          const scope = await api.scope('roles-api');
          for (const inVain of [true, false]) {
            const ticket = await api.beginUpload({ person: 'roles-api', bytes: 5, contentType: 'audio/wav' });
            expect(
              (await fetch(ticket.parts[0]!.url!, { method: 'PUT', body: inVain ? 'noise' : 'voice' })).status,
            ).toBe(200);
            await api.completeUpload(ticket);
            const ref = await api.adoptUpload('speech', 'source', ticket.key);
            await expect(scope.discard(ref)).rejects.toMatchObject(refused);
            if (inVain) await eraser.discard(ref);
            else
              expect((await fetch(await api.presignGet({ person: 'roles-api', ref, name: 'source' }, 60))).status).toBe(
                200,
              );
          }
          expect((await place.bucket.list('people/roles-api/blobs/')).length).toBe(1);
          await expect(scope.erase()).rejects.toMatchObject(refused);
          await eraser.erase();
          expect(await place.kept('roles-api')).toEqual([]);
        });

        it('let the eraser delete, but neither read nor write', async () => {
          const { ref } = await speechOf('roles', 'to be erased');
          const scope = await (await as('erase')).scope('roles');
          await expect(scope.path(ref, 'source')).rejects.toMatchObject(refused);
          await expect(scope.records.put('portrait', {})).rejects.toMatchObject(refused);
          await scope.erase();
          expect(await place.bucket.list('people/roles/')).toEqual([]);
        });

        it('are limited to their bucket and prefixes', async () => {
          await place.bucket.put('elsewhere/x', Buffer.from('x'));
          const other = await newPlace(server);
          for (const role of ['stage', 'api', 'erase'] as const) {
            const keys = await restrictedCredentials({
              connection: place.connection,
              policy: servicePolicy(role, place.bucket.name),
            });
            const bucket = new Bucket({ ...place.connection, ...keys }, place.bucket.name);
            await expect(bucket.put('elsewhere/y', Buffer.from('y'))).rejects.toMatchObject(refused);
            await expect(bucket.read('elsewhere/x')).rejects.toMatchObject(refused);
            await expect(bucket.remove(['elsewhere/x'])).rejects.toMatchObject(refused);
            await expect(bucket.list('')).rejects.toMatchObject(refused);
            await expect(
              new Bucket({ ...place.connection, ...keys }, other.bucket.name).list('people/'),
            ).rejects.toMatchObject(refused);
          }
          await other.close();
          await expect(
            restrictedCredentials({
              connection: { ...place.connection, secretKey: 'wrong-secret' },
              policy: servicePolicy('stage', place.bucket.name),
            }),
          ).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
        });
      },
    );
  });
}
