// The artifact store in a bucket of any S3 server; names in layout.ts, local copies in local-cache.ts.
import { resolve } from 'node:path';
import { bytesMissing, fileOf } from '../faults.js';
import { checkWritable } from '../file-store.js';
import { PEOPLE_PREFIX, checkPerson, inBucket, isPersonName, within } from '../layout.js';
import type { RemoteArtifactStore } from '../remote-port.js';
import { Bucket } from './bucket.js';
import type { S3Connection } from './connect.js';
import { DirectUploads } from './direct-upload.js';
import { LocalCache } from './local-cache.js';
import { LIMITS, type Limits } from './multipart.js';
import { PresignedLinks } from './presign.js';
import { S3Scope } from './s3-scope.js';

export interface S3StoreOptions extends S3Connection {
  bucket: string;
  /** Local copies of what is read and made; `maxBytes` bounds them, least recently used first out. Drafts and scratch lie here too, unbounded. */
  cache: { directory: string; maxBytes: number };
  /** Address in links, where browsers reach the server by another name than this process does. */
  publicAddress?: Pick<S3Connection, 'endPoint' | 'port' | 'useSSL'>;
  /** Ends every request under way, and refuses further ones, as CANCELLED. */
  signal?: AbortSignal;
  /** Sizes from which files go in parts; for servers with limits of their own. */
  limits?: Partial<Limits>;
}

/**
 * @throws PortraitError STORE_UNREACHABLE when the server does not answer, STORE_UNWRITABLE when it refuses the keys, lacks the bucket, or the cache folder cannot be written
 * @example
 * const store = await openS3Store({ endPoint: 'minio', port: 9000, accessKey, secretKey, bucket: 'portraits', cache: { directory: '/var/cache/portrait', maxBytes: 20e9 } });
 */
export async function openS3Store(options: S3StoreOptions): Promise<RemoteArtifactStore> {
  const bucket = new Bucket(options, options.bucket, options.signal);
  const limits = { ...LIMITS, ...options.limits };
  const cache = new LocalCache(resolve(options.cache.directory), options.cache.maxBytes);
  const links = new PresignedLinks({ ...options, ...options.publicAddress }, options.bucket);
  const uploads = new DirectUploads(bucket, links, limits);
  const people = async (): Promise<string[]> => (await bucket.folders(PEOPLE_PREFIX)).filter(isPersonName).sort();
  const forgetErased = async (): Promise<void> => cache.forgetOthers(await people());

  await checkWritable(cache.directory, `The cache folder ${cache.directory}`, 'Give a folder this user may write.');
  await cache.sweep();
  await forgetErased();

  return {
    people,
    async scope(person) {
      return new S3Scope(checkPerson(person), bucket, cache, limits);
    },
    async presignGet({ person, ref, name }, seconds, linkOptions) {
      const key = inBucket.person(checkPerson(person)) + within.blob(ref, fileOf(ref, name).sha256);
      const link = await links.get(key, seconds, linkOptions);
      if ((await bucket.head(key)) === null) throw bytesMissing(ref, name);
      return link;
    },
    beginUpload: (request) => uploads.begin(request),
    listParts: (upload) => uploads.list(upload),
    completeUpload: (upload) => uploads.complete(upload),
    abortUpload: (upload) => uploads.abort(upload),
    adoptUpload: (kind, name, key) => uploads.adopt(kind, name, key),
    forgetLocal: (person) => cache.forget(checkPerson(person)),
    forgetErased,
  };
}
