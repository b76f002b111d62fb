// How a process is a service: connections, worker, health, metrics, drain. Not here: what the service does.
export { connectClient, connectWorker } from './temporal.js';
export { patiently } from './patience.js';
export { openServiceStore } from './store.js';
export { createMetrics, type Metrics } from './metrics.js';
export { serveHealth, type Check, type HealthServer } from './health.js';
export { runService, type Service, type ServiceContext, type ServiceWorker } from './run-service.js';
export { serveStage, type StageService } from './serve-stage.js';
