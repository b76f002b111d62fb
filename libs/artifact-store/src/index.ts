// Artifact store: the port and its adapters.
export type { ArtifactScope, ArtifactStore, RecordStore } from './port.js';
export { artifactDigest, sha256, sha256File } from './digest.js';
export { lockFile } from './file-lock.js';
export { openFileStore } from './file-store.js';
