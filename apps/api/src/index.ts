// Entry point for tests and for tools that start the API in their own process; main.ts starts the service.
export { createApi } from './create-api.js';
export { createApiMetrics } from './metrics/api-metrics.js';
export { openDatabase, IN_MEMORY, type Database } from './database/open-database.js';
export { firstBytesOf } from './artifacts/first-bytes.js';
export { EventFeed } from './events/event-feed.js';
export { KeysService } from './keys/keys.service.js';
export { batchBookkeeping } from './batches/batch-bookkeeping.js';
export { mediaFetcher } from './fetch-url/index.js';
export { MediaImporter } from './intake/media-importer.js';
export { DeliveriesService } from './webhooks/deliveries.service.js';
export { peopleBookkeeping } from './bookkeeping/index.js';
export { DEFAULT_OPTIONS } from './tokens.js';
export { TemporalEngine } from './work/temporal-engine.js';
