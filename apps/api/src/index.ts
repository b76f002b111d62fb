// The API: how it is made, and what it says of itself. Not here: starting it (main.ts).
export { createApi } from './create-api.js';
export { createApiMetrics } from './metrics/api-metrics.js';
export { openDatabase, IN_MEMORY, type Database } from './database/open-database.js';
export { firstBytesOf } from './artifacts/first-bytes.js';
export { EventFeed } from './events/event-feed.js';
export { KeysService } from './keys/keys.service.js';
export { openApiText } from './openapi/write.js';
export { batchBookkeeping, type BatchBookkeeping } from './batches/batch-bookkeeping.js';
export { mediaFetcher } from './fetch-url/index.js';
export { Media } from './intake/media.js';
export { DeliveriesService } from './webhooks/deliveries.service.js';
export { peopleBookkeeping, type PeopleBookkeeping } from './bookkeeping/index.js';
export { DEFAULT_OPTIONS, type ApiOptions, type MediaFetcher } from './tokens.js';
export type { ApiParts } from './app.module.js';
export { TemporalEngine } from './work/temporal-engine.js';
export type { WorkEngine } from './work/engine.js';
