// Artifact store: the port and its adapters.
export type { ArtifactScope, ArtifactStore, RecordStore } from './port.js';
export type { RemoteArtifactStore, UploadId, UploadPart, UploadRequest, UploadTicket } from './remote-port.js';
export { artifactDigest, sha256, sha256File } from './digest.js';
export { lockFile } from './file-lock.js';
export { openFileStore } from './file-store.js';
export { openMemoryStore, type MemoryObjects } from './memory-store.js';
export {
  openS3Store,
  prepareBucket,
  restrictedCredentials,
  servicePolicy,
  type PolicyDocument,
  type PolicyStatement,
  type PreparedBucket,
  type S3Connection,
  type S3StoreOptions,
  type StoreRole,
  type TemporaryCredentials,
} from './s3/index.js';
