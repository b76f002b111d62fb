// The artifact store in a bucket of any S3 server; names in layout.ts, local copies in local-cache.ts.
import { resolve } from 'node:path';
import { missingBytesError, requireFile } from '../store-errors.js';
import { checkWritable } from '../file-store.js';
import { PEOPLE_PREFIX, checkPerson, bucketKeys, isPersonName, personKeys } from '../layout.js';
import type { RemoteArtifactStore } from '../remote-port.js';
import { Bucket } from './bucket.js';
import type { S3Connection } from './connect.js';
import { DirectUploads } from './direct-upload.js';
import { LocalCache } from './local-cache.js';
import { DEFAULT_LIMITS, type TransferLimits } from './multipart.js';
import { PresignedLinks } from './presign.js';
import { S3Scope } from './s3-scope.js';

export interface S3StoreOptions extends S3Connection {
  bucket: string;
  /** Local copies, bounded by `maxBytes` with LRU eviction. Drafts and scratch are here too, unbounded. */
  cache: { directory: string; maxBytes: number };
  /** Address in links, if browsers reach the server under another name than this process. */
  publicAddress?: Pick<S3Connection, 'endPoint' | 'port' | 'useSSL'>;
  /** Aborts running requests and refuses further ones with CANCELLED. */
  signal?: AbortSignal;
  /** Sizes from which files are sent in parts, for servers with other limits. */
  limits?: Partial<TransferLimits>;
}

/**
 * @throws PortraitError STORE_UNREACHABLE when the server does not answer; STORE_UNWRITABLE when it refuses the keys,
 * the   bucket does not exist, or the cache folder cannot be written
 */
export async function openS3Store(options: S3StoreOptions): Promise<RemoteArtifactStore> {
  const bucket = new Bucket(options, options.bucket, options.signal);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const cache = new LocalCache(resolve(options.cache.directory), options.cache.maxBytes);
  const links = new PresignedLinks({ ...options, ...options.publicAddress }, options.bucket);
  const uploads = new DirectUploads(bucket, links, limits);
  const people = async (): Promise<string[]> => (await bucket.folders(PEOPLE_PREFIX)).filter(isPersonName).sort();
  const forgetErased = async (): Promise<void> => cache.forgetOthers(await people());

  await checkWritable(cache.directory, `The cache folder ${cache.directory}`, 'Name a folder this user can write.');
  await cache.sweep();
  await forgetErased();

  return {
    people,
    async scope(person) {
      return new S3Scope(checkPerson(person), bucket, cache, limits);
    },
    async presignGet({ person, ref, name }, seconds, linkOptions) {
      const key = bucketKeys.person(checkPerson(person)) + personKeys.blob(ref, requireFile(ref, name).sha256);
      const link = await links.get(key, seconds, linkOptions);
      if ((await bucket.head(key)) === null) throw missingBytesError(ref, name);
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
