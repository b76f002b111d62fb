// The S3 adapter, loaded when first used: a run on a local folder does not pay for a client it never calls.
export { servicePolicy, type PolicyDocument, type PolicyStatement, type StoreRole } from './policy.js';
export type { S3Connection } from './connect.js';
export type { S3StoreOptions } from './s3-store.js';
export type { PreparedBucket } from './prepare-bucket.js';
export type { TemporaryCredentials } from './credentials.js';

export const openS3Store: typeof import('./s3-store.js').openS3Store = async (...given) =>
  (await import('./s3-store.js')).openS3Store(...given);
export const prepareBucket: typeof import('./prepare-bucket.js').prepareBucket = async (...given) =>
  (await import('./prepare-bucket.js')).prepareBucket(...given);
export const restrictedCredentials: typeof import('./credentials.js').restrictedCredentials = async (...given) =>
  (await import('./credentials.js')).restrictedCredentials(...given);
