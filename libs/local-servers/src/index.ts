// Real servers on this machine, without containers: where their binaries are, and how each is started and stopped.
export { locateServers, type LocatedServers } from './locate.js';
export { startTemporal, type TemporalOptions, type TemporalServer } from './temporal.js';
export { SEARCH_ATTRIBUTE_TYPES, type SearchAttributes } from './temporal-namespace.js';
export { startMinio, type MinioOptions, type MinioServer } from './minio.js';
export type { RunningServer, ServerExit } from './run-server.js';
