// The S3 adapter, loaded on first use, so that a run on a local folder does not load the client.
export { servicePolicy, type StoreRole } from './policy.js';
export type { S3Connection } from './connect.js';

export const openS3Store: typeof import('./s3-store.js').openS3Store = async (...given) =>
  (await import('./s3-store.js')).openS3Store(...given);
export const prepareBucket: typeof import('./prepare-bucket.js').prepareBucket = async (...given) =>
  (await import('./prepare-bucket.js')).prepareBucket(...given);
export const restrictedCredentials: typeof import('./credentials.js').restrictedCredentials = async (...given) =>
  (await import('./credentials.js')).restrictedCredentials(...given);
