// Opens, damages and inspects the S3 adapter on a server that a spec names.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreUnderTest } from '../contract.testing.js';
import { bucketKeys } from '../layout.js';
import type { RemoteArtifactStore } from '../remote-port.js';
import { Bucket } from './bucket.js';
import { addressOf, type S3Connection } from './connect.js';
import { prepareBucket } from './prepare-bucket.js';
import { openS3Store, type S3StoreOptions } from './s3-store.js';

export interface S3Server {
  /** Keys with all permissions. */
  connection: S3Connection;
  stop(): Promise<void>;
}
/** Feature a server lacks → reason. Its tests are skipped with that reason. */
export type S3Lacks = Partial<Record<'restricted-keys' | 'versions', string>>;

export interface S3Place extends StoreUnderTest {
  readonly connection: S3Connection;
  /** With all permissions. */
  readonly bucket: Bucket;
  /** `http://host:port/bucket` */
  readonly address: string;
  /** A separate folder for every name. */
  folder(name: string): string;
  open(options?: Partial<S3StoreOptions>): Promise<RemoteArtifactStore>;
}

/** A new bucket; `close` removes it with its content. */
export async function newPlace(server: S3Server): Promise<S3Place> {
  const { connection } = server;
  const name = `portrait-test-${randomUUID().slice(0, 13)}`;
  const folder = await mkdtemp(join(tmpdir(), 'portrait-test-'));
  await prepareBucket(connection, name);
  const bucket = new Bucket(connection, name);
  // Every instance has its own cache, as on separate machines, so that reads go to the server.
  const caches: string[] = [];
  const cacheOf = (): string => {
    caches.push(join(folder, `cache-${caches.length}`));
    return caches.at(-1)!;
  };
  return {
    connection,
    bucket,
    address: `${addressOf(connection)}/${name}`,
    folder: (part) => join(folder, part),
    open: (options) =>
      openS3Store({ ...connection, bucket: name, cache: { directory: cacheOf(), maxBytes: 2 ** 30 }, ...options }),
    async damage(person, within, bytes) {
      const key = bucketKeys.person(person) + within;
      if (bytes) await bucket.put(key, bytes);
      else await bucket.remove([key]);
      // An intact local copy would hide the damage.
      for (const cache of caches) await rm(join(cache, 'people', person), { recursive: true, force: true });
    },
    async kept(person) {
      const remote = (
        await Promise.all([bucketKeys.person(person), bucketKeys.scratch(person)].map((prefix) => bucket.list(prefix)))
      )
        .flat()
        .map(({ key }) => key);
      const local = (await Promise.all(caches.map((cache) => localFiles(join(cache, 'people', person))))).flat();
      return [...new Set([...remote, ...local].map((key) => key.replace(bucketKeys.person(person), '')))].sort();
    },
    async close() {
      for (const prefix of ['people/', 'scratch/', '']) await bucket.removeEveryVersion(prefix);
      await bucket.client.removeBucket(name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Names of the files below a local folder of copies; a copy has the name of its object. */
export async function localFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/**
 * A server named in one address:
 * `http://accessKey:secretKey@host:port?region=default&pathStyle=false&without=restricted-keys,versions`.
 */
export function serverFromAddress(address: string): { server: S3Server; lacks: S3Lacks } {
  const url = new URL(address);
  const region = url.searchParams.get('region');
  const without = (url.searchParams.get('without') ?? '').split(',').filter((word) => word !== '');
  return {
    server: {
      connection: {
        endPoint: url.hostname,
        useSSL: url.protocol === 'https:',
        accessKey: decodeURIComponent(url.username),
        secretKey: decodeURIComponent(url.password),
        pathStyle: url.searchParams.get('pathStyle') !== 'false',
        ...(url.port === '' ? {} : { port: Number(url.port) }),
        ...(region === null ? {} : { region }),
      },
      stop: async () => undefined,
    },
    lacks: Object.fromEntries(without.map((word) => [word, 'its address says so'])),
  };
}
