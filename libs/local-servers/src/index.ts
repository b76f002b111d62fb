// Locates, starts and stops real Temporal and MinIO servers on this machine, without containers.
export { locateServers } from './locate.js';
export { startTemporal, type TemporalServer } from './temporal.js';
export { startMinio, type MinioServer } from './minio.js';
export type { RunningServer } from './run-server.js';
