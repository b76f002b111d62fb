// The life of a service process: connections, worker, health, metrics, drain. Not here: the work of the service.
export { connectClient } from './temporal-connection.js';
export { retryUntilAvailable } from './retry.js';
export { openServiceStore } from './service-store.js';
export { createMetrics, type Metrics } from './metrics.js';
export { runService, type Service } from './run-service.js';
export { serveStage } from './serve-stage.js';
