// The API as data: schemas and the endpoint table, shared by server, OpenAPI document and clients.
export { ENDPOINTS, type EndpointName } from './endpoints.js';
export { pathParams, type Endpoint, type RequestOf, type ResponseOf } from './endpoint.js';
export { type Scope, auditEntrySchema, createdKeySchema, createKeySchema, keyViewSchema } from './access.js';
export {
  MAX_PAGE_SIZE,
  artifactFilesSchema,
  artifactSchema,
  errorBodySchema,
  failureSchema,
  fileSchema,
  linkSchema,
  type ApiFailure,
  type ErrorBody,
  type MediaSource,
} from './common.js';
export {
  BATCH_STATUSES,
  ITEM_STATUSES,
  MAX_CONCURRENCY,
  MAX_ITEMS,
  batchItemSchema,
  batchItemSummarySchema,
  batchItemViewSchema,
  batchViewSchema,
  createBatchSchema,
  manifestEntrySchema,
  manifestSchema,
  retryBatchSchema,
  windowSchema,
  type BatchDefaults,
  type BatchItem,
  type BatchItemView,
  type BatchView,
  type ManifestEntry,
} from './batches.js';
export { consentViewSchema, createConsentSchema, type ConsentView } from './consents.js';
export { EVENT_TYPES, eventSchema, type ApiEvent } from './events.js';
export {
  PERSON_STATUSES,
  createPersonSchema,
  erasureViewSchema,
  personSummarySchema,
  personViewSchema,
  updatePersonSchema,
  type PersonSummary,
  type PersonView,
} from './people.js';
export { catalogSchema, retryStageSchema, stageViewSchema, type StageView } from './stages.js';
export {
  MAX_UPLOAD_BYTES,
  UPLOAD_KINDS,
  UPLOAD_STATUSES,
  createUploadSchema,
  uploadPartSchema,
  uploadViewSchema,
  type UploadKind,
  type UploadView,
} from './uploads.js';
export {
  VIDEO_STATUSES,
  createVideoSchema,
  videoSummarySchema,
  videoViewSchema,
  type VideoRequest,
  type VideoView,
} from './videos.js';
export {
  DELIVERY_STATUSES,
  createWebhookSchema,
  deliveryViewSchema,
  updateWebhookSchema,
  webhookViewSchema,
  type DeliveryView,
  type WebhookView,
} from './webhooks.js';
