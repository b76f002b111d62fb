// Artifact store: the port and its adapters.
export type { ArtifactScope, ArtifactStore } from './port.js';
export type { RemoteArtifactStore, UploadId, UploadPart, UploadRequest, UploadTicket } from './remote-port.js';
export { artifactDigest, sha256, sha256File } from './digest.js';
export { lockFile } from './file-lock.js';
export { openFileStore } from './file-store.js';
export { openMemoryStore } from './memory-store.js';
export {
  openS3Store,
  prepareBucket,
  restrictedCredentials,
  servicePolicy,
  type S3Connection,
  type StoreRole,
} from './s3/index.js';
