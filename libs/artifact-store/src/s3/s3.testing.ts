// The full contract of the S3 adapter on one server.
import { artifactStoreContract } from '../contract.testing.js';
import { s3AccessContract } from './access.testing.js';
import { s3CacheContract } from './cache.testing.js';
import { s3RemoteContract } from './remote.testing.js';
import { newPlace, type S3Lacks, type S3Server } from './server.testing.js';

export { serverFromAddress, type S3Server } from './server.testing.js';

export function s3StoreContract(title: string, start: () => Promise<S3Server>, lacks: S3Lacks = {}): void {
  artifactStoreContract(title, async () => {
    const server = await start();
    const place = await newPlace(server);
    return { ...place, close: () => place.close().finally(() => server.stop()) };
  });
  s3AccessContract(title, start, lacks);
  s3RemoteContract(title, start, lacks);
  s3CacheContract(title, start);
}
